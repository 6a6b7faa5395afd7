// A codec written from spec/ and protocol/ alone; conformance-tests/codec.md says how it is asked. Every rule is a member of `codec`, and is called as one.
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { render } from '../../rendering/render.mjs';
import { Refused, demand, form, parse, type } from './form.mjs';
import { terms, within } from './terms.mjs';

const hex = (digits = '') => Buffer.from(digits, 'hex');
const be = (n, length) => hex(BigInt(n).toString(16).padStart(2 * length, '0'));
const little = (bytes) => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
const P = 2n ** 255n - 19n;
const power = (base, n) => (n === 0n ? 1n : power(base * base % P, n >> 1n) * (n & 1n ? base : 1n) % P);
const D = (P - 121665n) * power(121666n, P - 2n) % P;
const eighth = ['26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'].map((y) => little(hex(y)));

export const codec = {
  sha256: (...parts) => createHash('sha256').update(Buffer.concat(parts.map((part) => Buffer.from(part)))).digest(),
  signedBytes: (tag, bytes) => Buffer.concat([Buffer.from(tag), be(bytes.length, 8), bytes]), // ENV-02
  digest: (content) => codec.sha256(codec.signedBytes('act.envelope.v1', content)),
  thumbprint: (key) => codec.sha256(`{"crv":"Ed25519","kty":"OKP","x":"${key.toString('base64url')}"}`), // DIR-05
  home: (account) => codec.sha256(account).readUInt16BE() >> 4, // ENV-16
  transaction: (intent, seller) => codec.sha256('act.transaction.v1', intent, seller).subarray(0, 16), // TXN-02
  message: (sender, step, quote, attempt) => // ENV-21
    codec.sha256('act.message-id.v1', be(sender.length, 2), sender, [step], quote.length ? quote : Buffer.alloc(32), be(attempt, 4)).subarray(0, 16),
  leaf: (record) => codec.sha256([0], record), // JRN-17
  node: (left, right) => codec.sha256([1], left, right),

  // Canonical, on the curve, where x^2 = (y^2 - 1) / (d y^2 + 1) is a square, and not of small order (DIR-05, ENV-06).
  isPoint(bytes) {
    if (bytes.length !== 32) return false;
    const y = little(bytes) & (2n ** 255n - 1n);
    const [u, v] = [(y * y - 1n + P) % P, (D * y * y + 1n) % P];
    return y < P && ![0n, 1n, P - 1n, ...eighth].includes(y) && power(u * v % P, (P - 1n) / 2n) === 1n;
  },
  holds: (key, message, signature) => signature.length === 64 && codec.isPoint(key) && codec.isPoint(signature.subarray(0, 32)) && codec.solves(key, message, signature),
  solves: (key, message, signature) => verify(null, message, codec.publicKey(key), signature),
  publicKey: (key) => createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key.toString('base64url') }, format: 'jwk' }),

  // ENV-05 to ENV-07
  verify({ content, signatures }, keys, broker, now) {
    demand(content.length <= 65_536 && signatures.length <= 4, 'too_large');
    const opened = form.open(content, broker, now);
    const known = new Map(codec.keysOf(keys, opened.sender).map(hex).map((key) => [codec.thumbprint(key).toString('hex'), key]));
    const right = ({ suite, key, value }) => suite === 'SIGNATURE_SUITE_ED25519' && known.has(key.toString('hex'))
      && codec.holds(known.get(key.toString('hex')), codec.signedBytes('act.envelope.v1', content), value);
    demand(signatures.length > 0 && codec.all(signatures, right), 'signature_invalid');
    return opened;
  },
  keysOf: (keys, sender) => (Object.hasOwn(keys, sender) ? keys[sender] : []),
  all: (list, holds) => list.every(holds),
  // RFC 9162, section 2.1.3.2.
  leads(leaf, index, size, path, wanted) {
    let [at, last, hash] = [BigInt(index), BigInt(size) - 1n, leaf];
    if (at > last) return false;
    for (const sibling of path) {
      if (last === 0n) return false;
      hash = at & 1n || at === last ? codec.node(sibling, hash) : codec.node(hash, sibling);
      if (at === last) while (!(at & 1n) && at !== 0n) [at, last] = [at >> 1n, last >> 1n];
      [at, last] = [at >> 1n, last >> 1n];
    }
    return last === 0n && hash.equals(wanted);
  },
  // JRN-18, JRN-20: the record, or a refusal without a code.
  proven({ record: bytes, batch: proof }, broker, keys) {
    const key = proof && keys.map(hex).find((candidate) => codec.thumbprint(candidate).equals(proof.key));
    demand(key && codec.holds(key, codec.signedBytes('act.receipt.v1', proof.root), proof.signature) && proof.path.length <= 16, null);
    const [batch, record] = [['BatchRoot', proof.root], ['Record', bytes]].map(([name, of]) => { form.scan(type(name), of); return parse(name, of); });
    demand(codec.names(batch, record, broker) && within(batch.size, 1, 65_536) && [batch.root, ...proof.path].every((hash) => hash.length === 32));
    demand(codec.leads(codec.leaf(bytes), proof.index, batch.size, proof.path, batch.root));
    return record;
  },
  names: (batch, record, broker) => batch.broker === broker && record.broker === broker,
};

// A verb's answer beside id and ok. One that throws is refused: with a code, or without one.
export const verbs = {
  describe: () => ({ name: 'act-node-codec', version: '1.0', claims: Object.keys(verbs).filter((verb) => verb !== 'describe') }),
  parse: ({ content, broker, now_ms }) => form.open(hex(content), broker, now_ms),
  verify: ({ envelope, keys, broker, now_ms }) => codec.verify(parse('Envelope', hex(envelope)), keys, broker, now_ms),
  signature: ({ key, message, signature }) => demand(codec.holds(hex(key), hex(message), hex(signature)), null),
  digest: ({ content }) => ({ digest: codec.digest(hex(content)).toString('hex') }),
  encode: ({ content }) => ({ content: Buffer.from(type('Content').encode(type('Content').decode(hex(content))).finish()).toString('hex') }),
  seal({ seed, content }) {
    const key = createPrivateKey({ key: Buffer.concat([hex('302e020100300506032b657004220420'), hex(seed)]), format: 'der', type: 'pkcs8' });
    const thumbprint = codec.thumbprint(Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x, 'base64url'));
    return { key: thumbprint.toString('hex'), signature: sign(null, codec.signedBytes('act.envelope.v1', hex(content)), key).toString('hex') };
  },
  derive({ transaction, message, home, thumbprint }) {
    if (home !== undefined) return { value: codec.home(home) };
    if (thumbprint !== undefined) demand(codec.isPoint(hex(thumbprint)), 'key_unsuitable');
    const value = transaction ? codec.transaction(hex(transaction.intent), transaction.seller)
      : message ? codec.message(message.sender, message.step, hex(message.quote), message.attempt) : codec.thumbprint(hex(thumbprint));
    return { value: value.toString('hex') };
  },
  amount({ money }) {
    const amount = money === undefined ? null : parse('google.type.Money', hex(money));
    const fault = terms.amountFault(amount);
    demand(!fault, fault);
    return { nanos: `${terms.nanos(amount)}`, text: terms.amountText(amount) };
  },
  total({ quote }) {
    const fault = terms.quoteFault(parse('Quote', hex(quote)));
    demand(!fault, fault);
  },
  satisfies({ constraint, quote, seller }) {
    const tree = parse('Constraint', hex(constraint));
    demand(terms.isSupported(tree), 'constraint_unsupported');
    return { verdict: { true: 'satisfied', false: 'not_satisfied', null: 'undecidable' }[terms.decide(tree, terms.factsOf(parse('Quote', hex(quote)), seller))] };
  },
  render({ intent, quote, seller, language }) {
    demand(['en', 'zh'].includes(language), 'rendering_wrong');
    const written = render({ intent: parse('Intent', hex(intent), false), quote: quote && parse('Quote', hex(quote), false), seller }, language);
    return { text: written, digest: codec.sha256(written).toString('hex') };
  },
  receipt: ({ receipt, broker, keys }) => ({ position: codec.proven(parse('Receipt', hex(receipt)), broker, keys).position }),
  path: ({ leaf, index, size, path, root }) => demand(codec.leads(codec.leaf(hex(leaf)), index, size, path.map(hex), hex(root)), null),
};

export function answer({ id, do: verb, ...given }) {
  if (!Object.hasOwn(verbs, verb)) return { id, cannot: 'no such verb' };
  try {
    return { id, ok: true, ...verbs[verb](given) };
  } catch (fault) {
    if (!(fault instanceof Refused)) console.error(fault);
    return { id, ok: false, code: fault.code };
  }
}

export async function serve(reply = answer) {
  for await (const line of createInterface({ input: process.stdin })) process.stdout.write(`${JSON.stringify(reply(JSON.parse(line)))}\n`);
}
if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await serve();
