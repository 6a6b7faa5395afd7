// A seller written from spec/ and protocol/ alone. node seller.mjs --broker http://127.0.0.1:7400 --broker-json http://127.0.0.1:7401
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const here = fileURLToPath(new URL('.', import.meta.url));
const { values: options } = parseArgs({ options: {
  broker: { type: 'string', default: 'http://127.0.0.1:7400' }, 'broker-json': { type: 'string', default: 'http://127.0.0.1:7401' },
  catalogue: { type: 'string', default: join(here, 'catalogue.json') }, data: { type: 'string', default: 'node-seller-data' },
} });
const tell = (event, details = {}) => console.log(JSON.stringify({ event, ...details }));

const wire = loader.loadSync(['act/v1/broker.proto', 'act/v1/envelope.proto'], {
  includeDirs: [join(here, '../../../protocol'), join(here, 'imports')], keepCase: true, longs: String, enums: String, defaults: true, oneofs: true,
});
const [parse, form] = [(type, bytes) => wire[`act.v1.${type}`].deserialize(bytes), (type, message) => Buffer.from(wire[`act.v1.${type}`].serialize(message))];

// Bytes as the spec has them: signed bytes and digests (ENV-02), thumbprints (RFC 7638), ids (TXN-02, ENV-21).
const be = (n, length) => Buffer.from(BigInt(n).toString(16).padStart(2 * length, '0'), 'hex');
const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts.map((part) => Buffer.from(part)))).digest();
const signedBytes = (tag, bytes) => Buffer.concat([Buffer.from(tag), be(bytes.length, 8), bytes]);
const digestOf = (content) => sha256(signedBytes('act.envelope.v1', content));
const holds = (key, tag, bytes, signature) => verify(null, signedBytes(tag, bytes), key, signature);
const publicKey = (x) => createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
const thumbprintOf = (x) => sha256(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`);
const bucketOf = (account) => sha256(account).readUInt16BE() >> 4;
const transactionOf = (intent, agent) => sha256('act.transaction.v1', intent, agent).subarray(0, 16);
const messageOf = (sender, step, digest) => sha256('act.message-id.v1', be(sender.length, 2), sender, be(step, 1), digest, be(0, 4)).subarray(0, 16);

// Which broker is meant, and the keys its word is taken by: from outside of everything that it will say.
const trusted = await (await fetch(`${options['broker-json']}/.well-known/act.json`)).json();
// What a retired key signed while it was used holds; a challenge is always new (DIR-18).
const usable = (key, use) => key.act_use === use && (use === 'receipt' || !key.act_until_ms);
const brokerKeys = (use) => new Map(trusted.keys.keys.filter((key) => usable(key, use)).map((key) => [thumbprintOf(key.x).toString('hex'), publicKey(key.x)]));
const [receiptKeys, challengeKeys] = [brokerKeys('receipt'), brokerKeys('challenge')];

const { act: { v1 } } = grpc.loadPackageDefinition(wire);
const [broker, directory] = [v1.BrokerService, v1.DirectoryService].map((Service) => new Service(new URL(options.broker).host, grpc.credentials.createInsecure()));
const call = (client, method, request) => new Promise((resolve, reject) =>
  client[method](request, { deadline: Date.now() + 10_000 }, (fault, answer) => (fault ? reject(fault) : resolve(answer))));

mkdirSync(options.data, { recursive: true });
// What is written is on disk before the next line runs: a key before it is used, held goods before they are confirmed.
const write = (path, text, flag) => writeFileSync(path, text, { flag, mode: 0o600 });
function identity(id) {
  const path = join(options.data, `${id.split('/').at(-1)}.jwk`);
  if (!existsSync(path)) write(path, JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })), 'as');
  const jwk = JSON.parse(readFileSync(path, 'utf8'));
  return { id, x: jwk.x, key: createPrivateKey({ key: jwk, format: 'jwk' }), thumbprint: thumbprintOf(jwk.x) };
}
const catalogue = JSON.parse(readFileSync(options.catalogue, 'utf8'));
const [owner, seller] = [`${catalogue.seller}-owner`, catalogue.seller].map((name) => identity(trusted.broker.replace(/[^/]+$/, name)));
// The goods that each transaction was offered and holds, last word last.
const ledger = join(options.data, 'goods.jsonl');
const goods = new Map();
const lines = (existsSync(ledger) ? readFileSync(ledger, 'utf8') : '').split('\n').filter((line) => line.endsWith('}'));
for (const entry of lines.map((line) => JSON.parse(line))) goods.set(entry.transaction, entry);
function record(entry) {
  write(ledger, `\n${JSON.stringify(entry)}`, 'as');
  goods.set(entry.transaction, entry);
  return entry;
}
const left = (item) => item.stock - [...goods.values()].filter((entry) => entry.held && entry.title === item.title).length;

function seal(sender, header, body, ...alsoSigning) {
  const all = { version_major: 1, sender: sender.id, broker: trusted.broker, sent_at_ms: Date.now(), expires_at_ms: Date.now() + 300_000, ...header };
  const content = form('Content', { header: all, ...body });
  const by = ({ thumbprint, key }) => ({ suite: 'SIGNATURE_SUITE_ED25519', key: thumbprint, value: sign(null, signedBytes('act.envelope.v1', content), key) });
  return { content, signatures: [sender, ...alsoSigning].map(by) };
}

async function register(who, entry, ...alsoSigning) {
  const known = await call(directory, 'GetEntry', { id: who.id }).catch((fault) => (fault.code === grpc.status.NOT_FOUND ? null : Promise.reject(fault)));
  if (known?.keys.some((key) => key.thumbprint.equals(who.thumbprint))) return;
  const [header, body] = [{ message_id: messageOf(who.id, 0, who.thumbprint), home: bucketOf(owner.id) }, { register: { signing_key: Buffer.from(who.x, 'base64url'), ...entry } }];
  await call(broker, 'Send', { envelope: seal(who, header, body, ...alsoSigning) });
  tell('registered', { id: who.id });
}

// RFC 9162, section 2.1.3.2.
function leads(leaf, proof, root) {
  let [node, last, hash] = [BigInt(proof.index), BigInt(root.size) - 1n, leaf];
  if (node > last) return false;
  for (const sibling of proof.path) {
    if (last === 0n) return false;
    const right = node & 1n || node === last;
    hash = right ? sha256([1], sibling, hash) : sha256([1], hash, sibling);
    while (right && !(node & 1n) && node !== 0n) [node, last] = [node >> 1n, last >> 1n];
    [node, last] = [node >> 1n, last >> 1n];
  }
  return last === 0n && hash.equals(root.root);
}

// The record of a receipt that proves it (JRN-20); otherwise null.
function proven({ record: bytes, batch: proof }) {
  const key = proof && receiptKeys.get(proof.key.toString('hex'));
  if (!key || !holds(key, 'act.receipt.v1', proof.root, proof.signature)) return null;
  const [root, found] = [parse('BatchRoot', proof.root), parse('Record', bytes)];
  return root.broker === trusted.broker && found.broker === trusted.broker && leads(sha256([0], bytes), proof, root) ? found : null;
}

const known = new Map();
async function allHold(sender, envelope) {
  for (const signature of envelope.signatures) {
    const name = `${sender} ${signature.key.toString('hex')}`;
    const keys = known.has(name) ? [] : (await call(directory, 'GetEntry', { id: sender })).keys;
    for (const key of keys) known.set(`${sender} ${key.thumbprint.toString('hex')}`, publicKey(key.signing_key.toString('base64url')));
    if (signature.suite !== 'SIGNATURE_SUITE_ED25519' || !known.has(name) || !holds(known.get(name), 'act.envelope.v1', envelope.content, signature.value)) return false;
  }
  return envelope.signatures.length > 0;
}

const nanosOf = (money) => BigInt(money.units ?? 0) * 1_000_000_000n + BigInt(money.nanos ?? 0);
function offer(intent, digest, transaction) {
  const suits = (price) => price.currency_code === intent.budget.currency_code && nanosOf(price) <= nanosOf(intent.budget);
  const item = catalogue.items.find((candidate) => left(candidate) > 0 && suits(candidate.price));
  if (!item) return { step: 3, decline: { reason: 'nothing to offer' } };
  if (!goods.get(transaction)?.held) record({ transaction, title: item.title, held: false });
  const [lines, terms] = [[{ description: item.title, quantity: 1, unit_price: item.price, amount: item.price }], { instant: {}, hold_for_ms: 600_000 }];
  return { step: 2, quote: { intent: digest, total: item.price, lines, attributes: item.attributes, valid_until_ms: intent.expires_at_ms, terms } };
}

function hold(transaction) {
  const entry = goods.get(transaction);
  if (entry?.held) return { step: 9, confirm: {} };
  const item = catalogue.items.find((candidate) => candidate.title === entry?.title);
  if (!item || left(item) <= 0) return { step: 3, decline: { reason: 'sold out' } };
  record({ ...entry, held: true });
  return { step: 9, confirm: {} };
}
// Once for each commit that is proven, however often it is delivered: what was delivered stands in the ledger first.
function deliver(transaction) {
  const entry = goods.get(transaction);
  if (entry?.held && !entry.delivered) tell('delivered', record({ ...entry, delivered: true }));
}

const locks = new Map();
// What to answer to one delivery: an envelope, null for nothing, undefined when the delivery proves nothing. An approval is answered as the lock that came before it.
async function answerTo(delivery) {
  const found = proven(delivery.receipt);
  const content = found?.envelope && parse('Content', found.envelope.content);
  if (!found || (content && !(await allHold(content.header.sender, found.envelope)))) return undefined;
  const digest = content && digestOf(found.envelope.content);
  const id = !content ? found.step.transaction_id : content.body === 'intent' ? transactionOf(digest, seller.id) : content.header.transaction_id;
  const [transaction, state] = [id.toString('hex'), found.decision.accepted?.state];
  tell(content?.body ?? 'step', { transaction, by: content?.header.sender ?? found.broker, state });
  if (/_(RELEASED|EXPIRED|CANCELLED)$/.test(state) && goods.get(transaction)?.held) record({ ...goods.get(transaction), held: false });
  if (content?.commit) deliver(transaction);
  if (content?.lock) locks.set(transaction, { digest, buyer: content.header.sender });
  // Who does not know what must be understood offers nothing (ENV-14).
  const revision = content?.header.critical.length > 0 ? null : content?.intent ?? content?.counter?.intent;
  const { digest: cause, buyer } = revision ? { digest, buyer: content.header.sender } : locks.get(transaction) ?? {};
  const locked = (content?.lock || content?.approve) && state === 'TRANSACTION_STATE_LOCKED';
  const { step, ...body } = !cause ? {} : revision ? offer(revision, digest, transaction) : locked ? hold(transaction) : {};
  if (!step) return null;
  // The same answer to the same cause has the same id, however often the cause is delivered.
  const header = { message_id: messageOf(seller.id, step, cause), transaction_id: id, recipients: [buyer], follows: cause, home: content.header.home };
  return seal(seller, header, body);
}

function connect() {
  const [stream, waiting] = [broker.Connect(), new Map()];
  const acknowledge = (cursor, failed) => stream.write({ acknowledges: [{ agent: seller.id, cursor, failed }] });
  function prove({ key, signature, ...challenge }) {
    const by = challengeKeys.get(key.toString('hex'));
    // A proof for another broker could be carried there by this one.
    if (challenge.broker !== trusted.broker || !by || !holds(by, 'act.challenge.v1', form('Challenge', challenge), signature)) throw new Error('not the broker that was meant');
    const body = form('ProofBody', { broker: challenge.broker, nonce: challenge.nonce, agent: seller.id });
    stream.write({ proofs: [{ body, key: seller.thumbprint, signature: sign(null, signedBytes('act.proof.v1', body), seller.key) }] });
  }
  async function take(delivery) {
    const envelope = await answerTo(delivery);
    if (!envelope) return envelope === null ? acknowledge(delivery.cursor, false) : tell('unproven');
    waiting.set(digestOf(envelope.content).toString('hex'), delivery.cursor);
    stream.write({ envelopes: [envelope] });
  }
  function finish({ digest, outcome, decision, not_decided }) {
    const cursor = waiting.get(digest.toString('hex'));
    tell('answer', { outcome, state: decision?.accepted?.state, refused: (decision?.refused ?? not_decided)?.message });
    // What was not decided is delivered, and answered, again; but a message id that is in use (ALREADY_EXISTS) says that it was answered before.
    if (cursor && waiting.delete(digest.toString('hex'))) acknowledge(cursor, outcome !== 'decision' && not_decided.code !== grpc.status.ALREADY_EXISTS);
  }
  let last = Promise.resolve();
  stream.on('data', (frame) => {
    if (frame.challenge) prove(frame.challenge);
    if (frame.proven.length > 0) tell('ready', { seller: seller.id });
    frame.answers.forEach(finish);
    for (const delivery of frame.deliveries) last = last.then(() => take(delivery)).catch((fault) => { tell('fault', { reason: fault.message }); stream.cancel(); });
  });
  stream.on('error', () => {}).on('status', ({ details }) => { tell('disconnected', { reason: details }); setTimeout(connect, 1000); });
  stream.write({});
}

await register(owner, { kind: 'ENTRY_KIND_PRINCIPAL' });
await register(seller, { kind: 'ENTRY_KIND_AGENT', principal: owner.id, listing: { title: catalogue.title, capabilities: [catalogue.capability] } }, owner);
connect();
