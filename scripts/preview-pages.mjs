// Shows every page with sample data, from a build: node scripts/preview-pages.mjs [folder of the build] [port]
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import express from 'express';
import { samples } from './preview-samples.mjs';

const built = pathToFileURL(resolve(process.argv[2] ?? 'dist', 'src/pages') + '/');
const { Pages } = await import(new URL('pages.js', built));
const { Stylesheet } = await import(new URL('stylesheet.js', built));
const { BrowserScripts } = await import(new URL('browser-scripts.js', built));
const { Templates } = await import(new URL('templates.js', built));
const { AssetsController } = await import(new URL('assets.controller.js', built));

const config = {
  basePath: '',
  brand: {
    name: 'Gatehouse',
    supportUrl: 'https://help.example.com',
    footer: 'Run by Example Ltd, IT services',
  },
};
const stylesheet = new Stylesheet(config);
const scripts = new BrowserScripts();
const pages = new Pages(config, stylesheet, new Templates(config), scripts);
const assets = new AssetsController(stylesheet, scripts);

const app = express();
app.get('/assets/gatehouse.css', (req, res) => assets.css(req.query.v, res));
app.get('/assets/passkeys.js', (req, res) => assets.passkeys(req.query.v, res));
app.get('/', (_req, res) => {
  const links = Object.keys(samples).map((name) => `<li><a href="/${name}">${name}</a></li>`);
  res.send(`<ul>${links.join('')}</ul>`);
});
app.get('/:name', (req, res) => {
  const view = samples[req.params.name];
  if (view) pages.send(req, res, view);
  else res.status(404).end();
});
const port = Number(process.argv[3] ?? 3999);
app.listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}/`));
