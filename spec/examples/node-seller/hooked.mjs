// The seller under the control hook of the conformance suite: node hooked.mjs. One verb a line on stdin, one answer on stdout; what the seller tells goes to stderr.
import { createPrivateKey } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const answer = (id, members) => process.stdout.write(`${JSON.stringify({ id, ...members })}\n`);
let isReady;
const ready = new Promise((resolve) => { isReady = resolve; });
console.log = (line) => {
  console.error(line);
  if (JSON.parse(line).event === 'ready') isReady();
};

let begun;
const ledger = () => (existsSync(join(begun.data, 'goods.jsonl')) ? readFileSync(join(begun.data, 'goods.jsonl'), 'utf8').split('\n').filter((line) => line.endsWith('}')).map((line) => JSON.parse(line)) : []);
// An Ed25519 seed in the form that the seller keeps its keys in (RFC 8410).
function keep(id, seed) {
  const key = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from(seed, 'hex')]), format: 'der', type: 'pkcs8' });
  writeFileSync(join(begun.data, `${id.split('/').at(-1)}.jwk`), JSON.stringify(key.export({ format: 'jwk' })), { mode: 0o600 });
}

const verbs = {
  begin(members) {
    if (members.role !== 'seller') throw new Error('it only sells');
    begun = members;
    mkdirSync(begun.data, { recursive: true });
    keep(begun.agent, begun.agent_seed);
    keep(begun.principal, begun.principal_seed);
  },
  async sell({ offers }) {
    const catalogue = join(begun.data, 'catalogue.json');
    const items = offers.map(({ title, price, stock, attributes }) => ({ title, price, stock, attributes: attributes ?? [] }));
    writeFileSync(catalogue, JSON.stringify({ seller: begun.agent.split('/').at(-1), title: 'Goods', capability: offers[0].capability, items }));
    process.argv.splice(2, process.argv.length, '--broker', begun.grpc, '--broker-json', begun.json, '--catalogue', catalogue, '--data', begun.data);
    await import('./seller.mjs');
    await ready;
  },
  report() {
    const entries = ledger();
    const last = new Map(entries.map((entry) => [entry.transaction, entry]));
    // Each line that says so is a delivery.
    return { delivered: entries.filter((entry) => entry.delivered).map((entry) => entry.transaction), held: [...last.values()].filter((entry) => entry.held).map((entry) => entry.transaction) };
  },
  end() { setImmediate(() => process.exit(0)); },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { id, do: verb, ...members } = JSON.parse(line);
  if (!Object.hasOwn(verbs, verb)) answer(id, { cannot: `no verb ${verb}` });
  // Not waited for: the suite asks one thing at a time, and what it does not wait for may be ended.
  else Promise.resolve().then(() => verbs[verb](members)).then((told) => answer(id, { ok: true, ...told }), (fault) => answer(id, { cannot: fault.message }));
}
process.exit(0);
