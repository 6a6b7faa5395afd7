// The seller of spec/examples/node-seller under its hook, with one fault put in as its source is loaded: node broken.mjs delivers-each-copy
import { register } from 'node:module';

const fault = process.argv[2] ?? '';
process.argv.splice(2, 1);
register('./loader.mjs', import.meta.url, { data: { fault } });
await import('../../../spec/examples/node-seller/hooked.mjs');
