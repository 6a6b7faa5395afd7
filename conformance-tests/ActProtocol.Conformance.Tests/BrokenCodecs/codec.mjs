// The honest codec with one thing wrong, chosen by ACT_MUTANT. BrokenCodecTable.cs says what each does, and which check must find it out.
import { readFileSync, readdirSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { answer, codec, serve, verbs } from '../../../spec/examples/node-codec/codec.mjs';
import { form, parse, type } from '../../../spec/examples/node-codec/form.mjs';
import { terms } from '../../../spec/examples/node-codec/terms.mjs';

const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const little = (bytes) => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
const bytesOf = (n) => Buffer.from(n.toString(16).padStart(64, '0'), 'hex').reverse();
const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
// Replaces one rule; the new one gets the old one first.
const break_ = (rules, name, wrong) => { const right = rules[name]; rules[name] = (...given) => wrong(right, ...given); };
const anew = (content) => { try { return Buffer.from(type('Content').encode(type('Content').decode(content)).finish()); } catch { return content; } };
const untagged = (message) => message.subarray(message.length < 23 ? message.length : 23);

let reply = answer;
const mutants = {
  'reserialises': () => break_(codec, 'verify', (right, envelope, ...rest) => right({ ...envelope, content: anew(envelope.content) }, ...rest)),
  'small-order-keys': () => break_(codec, 'isPoint', (right, bytes) => bytes.length === 32),
  's-plus-l': () => break_(codec, 'solves', (right, key, message, signature) => right(key, message, Buffer.concat([signature.subarray(0, 32), bytesOf(little(signature.subarray(32)) % L)]))),
  'without-length': () => break_(codec, 'holds', (right, key, message, signature) =>
    right(key, message, signature) || right(key, Buffer.concat([Buffer.from('act.envelope.v1'), untagged(message)]), signature)),
  'any-tag': () => break_(codec, 'holds', (right, key, message, signature) => right(key, message, signature)
    || ['act.receipt.v1', 'act.challenge.v1'].some((tag) => right(key, codec.signedBytes(tag, untagged(message)), signature))),
  'digest-without-length': () => { codec.digest = (content) => sha256(Buffer.from('act.envelope.v1'), content); },
  'leaf-without-prefix': () => { codec.leaf = (record) => sha256(record); },
  'leaf-with-or-without-prefix': () => break_(codec, 'proven', (right, ...given) => {
    try { return right(...given); } catch { /* Once more. */ }
    const leaf = codec.leaf;
    codec.leaf = (record) => sha256(record);
    try { return right(...given); } finally { codec.leaf = leaf; }
  }),
  'nodes-in-any-order': () => { codec.node = (a, b) => (Buffer.compare(a, b) < 0 ? sha256(Buffer.from([1]), a, b) : sha256(Buffer.from([1]), b, a)); },
  'tells-short-signatures': () => { reply = (request) => {
    const given = answer(request);
    const short = request.do === 'verify' && given.code === 'signature_invalid' && parse('Envelope', Buffer.from(request.envelope, 'hex')).signatures.some(({ value }) => value.length !== 64);
    return short ? { ...given, detail: 'a signature has 64 bytes' } : given;
  }; },
  'tells-unknown-senders': () => { reply = (request) => {
    const given = answer(request);
    const known = request.do !== 'verify' || given.code !== 'signature_invalid' || Object.hasOwn(request.keys, parse('Content', parse('Envelope', Buffer.from(request.envelope, 'hex')).content).header.sender);
    return known ? given : { ...given, code: 'agent_unknown' };
  }; },
  'unknown-enum-is-0': () => break_(terms, 'areTerms', (right, t) => right(t && { ...t, cancel: typeof t.cancel === 'number' ? 'CANCEL_TERMS_UNSPECIFIED' : t.cancel })),
  'unlike-is-equal': () => break_(terms, 'order', (right, a, b) => right(a, b) ?? (a ? 0 : null)),
  'currencies-compare': () => break_(terms, 'order', (right, a, b) => (a?.kind === 'money' && b.kind === 'money' ? right(a, { ...b, money: { ...b.money, currency_code: a.money.currency_code } }) : right(a, b))),
  'unknown-negated-is-true': () => { terms.not = (truth) => !truth; },
  'unknown-is-false': () => break_(terms, 'decide', (right, ...given) => right(...given) ?? false),
  'any-in-order': () => { terms.any = (truths) => truths.find((truth) => truth !== false) ?? (truths.includes(null) ? null : false); },
  'folds-text': () => break_(terms, 'order', (right, a, b) => (a?.kind === 'text' && b.kind === 'text' ? (a.text.toLowerCase() === b.text.toLowerCase() ? 0 : 1) : right(a, b))),
  'normalises-text': () => break_(terms, 'order', (right, a, b) => (a?.kind === 'text' && b.kind === 'text' ? (a.text.normalize('NFC') === b.text.normalize('NFC') ? 0 : 1) : right(a, b))),
  'floating-point': () => break_(terms, 'order', (right, a, b) => {
    if (a?.kind !== b.kind || !['integer', 'time_ms'].includes(b.kind)) return right(a, b);
    return Math.sign(Number(a[a.kind]) - Number(b[b.kind]));
  }),
  'hours-closed': () => break_(terms, 'isWithinHours', (right, hours, minute) => right(hours, minute) || (minute !== null && minute === hours.until_minute)),
  'hours-in-utc': () => break_(terms, 'minute', (right, zone, ms) => right('Etc/UTC', ms)),
  'nine-levels': () => break_(terms, 'isSupported', (right, tree) => right(tree) || (tree.kind === 'not' && right(tree.not.of))),
  'any-zone-spelling': () => break_(terms, 'isZone', (right, zone) => { try { return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone })); } catch { return false; } }),
  'sum-wraps': () => { terms.sum = (nanos) => BigInt.asIntN(64, nanos / 1_000_000_000n) * 1_000_000_000n + nanos % 1_000_000_000n; },
  'product-wraps': () => { terms.product = (price, quantity) => BigInt.asIntN(64, price * BigInt(quantity)); },
  'negative-charges': () => break_(terms, 'quoteFault', (right, quote) => { const fault = right(quote); return fault === 'amount_invalid' && [...quote.taxes, ...quote.fees].some(({ amount }) => amount && terms.nanos(amount) < 0n) ? undefined : fault; }),
  'terms-first': () => break_(terms, 'quoteFault', (right, quote) => (terms.areTerms(quote.terms) ? right(quote) : 'terms_invalid')),
  'root-of-any-broker': () => { codec.names = (batch, record, broker) => record.broker === broker; },
  'record-of-any-broker': () => { codec.names = (batch, record, broker) => batch.broker === broker; },
  'index-beyond-the-tree': () => break_(codec, 'leads', (right, leaf, index, size, ...rest) => right(leaf, BigInt(index) < BigInt(size) ? index : BigInt(size) - 1n, size, ...rest)),
  'any-signature': () => { codec.all = (list, holds) => list.some(holds); },
  'first-signature': () => { codec.all = (list, holds) => holds(list[0]); },
  'last-signature': () => { codec.all = (list, holds) => holds(list.at(-1)); },
  'key-of-anybody': () => { codec.keysOf = (keys) => Object.values(keys).flat(); },
  'fields-twice': () => break_(form, 'stands', (right, seen, field) => Boolean(field.partOf) && right(seen, field)),
  'two-members': () => break_(form, 'stands', (right, seen, field) => right(seen, { name: field.name })),
  'line-break-after-an-id': () => break_(form, 'isId', (right, id) => right(id.replace(/\n$/, ''))),
  'upper-case-ids': () => break_(form, 'isId', (right, id) => right(id.toLowerCase())),
  'a-millisecond-late': () => break_(form, 'open', (right, content, broker, now) => right(content, broker, `${BigInt(now) - 1n}`)),
  'critical-ignored': () => break_(form, 'open', (right, content, broker, now) => {
    try { return right(content, broker, now); } catch (fault) {
      if (fault.code !== 'extension_unsupported') throw fault;
      const { header, body } = parse('Content', content);
      return { ...header, body };
    }
  }),
  'version-after-header': () => break_(form, 'open', (right, content, broker, now) => {
    try { return right(content, broker, now); } catch (fault) {
      if (fault.code !== 'version_unsupported') throw fault;
      form.header({ ...parse('Content', content).header, version_major: 1 });
      throw fault;
    }
  }),
  'deep-faults-pass': () => break_(form, 'scan', (right, message, bytes, levels) => { try { return right(message, bytes, levels); } catch (fault) { if (levels === undefined || levels > 38) throw fault; } }),
  'cents-alone': () => break_(terms, 'amountText', (right, money) => right(money).replace(/(\.\d\d)\d+ /, '$1 ')),
  'bidi-shown': () => break_(verbs, 'render', (right, given) => { const { text } = right(given); return shown(text.replaceAll('\\u{202E}', '\u202E').replaceAll('\\u{2066}', '\u2066')); }),
  'marks-shown': () => break_(verbs, 'render', (right, given) => shown(right(given).text.replaceAll('\\u{0301}', '\u0301'))),
  'no-last-line-end': () => break_(verbs, 'render', (right, given) => shown(right(given).text.trimEnd())),
  'always-accept': () => { reply = ({ id, ...request }) => (request.do === 'describe' ? answer({ id, ...request }) : { ...plausible(request), id, ok: true }); },
  'always-refuse': () => { reply = ({ id, ...request }) => (request.do === 'describe' ? answer({ id, ...request }) : { id, ok: false, code: 'malformed' }); },
  'vectors-by-heart': () => {
    const folder = new URL('../../../spec/vectors/', import.meta.url);
    const known = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.json')).flatMap((name) => readFileSync(new URL(name, folder), 'utf8').match(/"[0-9a-f]{40,}"/g) ?? []).map((text) => text.slice(1, -1));
    reply = (request) => { const text = JSON.stringify(request); return request.do === 'describe' || known.some((one) => text.includes(one)) ? answer(request) : { id: request.id, ok: false, code: 'malformed' }; };
  },
  'echo': () => { reply = (request) => (request.do === 'describe' ? answer(request) : request); },
  'cannot': () => { reply = (request) => (request.do === 'describe' ? answer(request) : { id: request.id, cannot: 'not today' }); },
  'exits-on-hours': () => break_(terms, 'isWithinHours', () => process.exit(3)),
};
const shown = (text) => ({ text, digest: sha256(Buffer.from(text)).toString('hex') });
const plausible = (request) => { const { id, ok, code, ...rest } = answer({ id: 0, ...request }); return { value: '', digest: '', content: '', position: '0', verdict: 'satisfied', nanos: '0', text: '', ...rest }; };

const name = process.env.ACT_MUTANT;
if (name) mutants[name]();
await serve((request) => reply(request));
