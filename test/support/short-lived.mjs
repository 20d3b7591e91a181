/**
 * A server that lives for seconds does not get back what it costs to optimize the WebAssembly of the embedded database
 * and its own code, to compile what is not called, and to collect garbage often.
 */
export const SHORT_LIVED = [
  '--liftoff-only',
  '--wasm-lazy-compilation',
  '--max-semi-space-size=64',
  '--interrupt-budget=1000000',
];
