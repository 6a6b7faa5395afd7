// What stands in seller.mjs, exactly once, and what stands there instead.
const faults = {
  'delivers-each-copy': ['if (entry?.held && !entry.delivered)', 'if (entry?.held)'],
  'believes-any-signature': ["if (!key || !holds(key, 'act.receipt.v1', proof.root, proof.signature)) return null;", 'if (!key) return null;'],
  'believes-any-path': [' && leads(sha256([0], bytes), proof, root) ? found', ' ? found'],
  'believes-any-party': ["!holds(known.get(name), 'act.envelope.v1', envelope.content, signature.value)", 'false'],
  'proves-to-any-name': ["if (challenge.broker !== trusted.broker || !by || !holds(by, 'act.challenge.v1', form('Challenge', challenge), signature))", 'if (false)'],
  'ignores-critical': ['content?.header.critical.length > 0 ? null :', ''],
  'off-by-a-nano': ['intent: digest, total: item.price,', 'intent: digest, total: { ...item.price, nanos: item.price.nanos + 1 },'],
  'obeys-words': ['intent: digest, total: item.price,', "intent: digest, total: /price[^.]* is 0|price.:0/.test(intent.words) ? { ...item.price, units: '0', nanos: 0 } : item.price,"],
  'follows-itself': ['follows: cause,', 'follows: Buffer.alloc(32),'],
  'forgets-stock': ["record({ ...entry, held: true });", ''],
};

let fault;
export function initialize(data) { fault = data.fault; }

export async function load(url, context, next) {
  const loaded = await next(url, context);
  if (!fault || !url.endsWith('/node-seller/seller.mjs')) return loaded;
  const [right, wrong] = faults[fault] ?? [];
  const parts = String(loaded.source).split(right);
  if (!right || parts.length !== 2) throw new Error(`'${fault}': '${right}' does not stand in seller.mjs exactly once`);
  return { ...loaded, source: parts.join(wrong) };
}
