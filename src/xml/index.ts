export {
  allOf,
  attributeOf,
  childrenOf,
  elementsOf,
  is,
  onlyChild,
  textOf,
  type Qualified,
  type XmlElement,
} from './xml-element.js';
export { readXml, type XmlLimits } from './xml-reader.js';
export { XmlRefused } from './xml-refused.js';
export { xmlText } from './xml-text.js';
