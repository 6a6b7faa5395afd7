// The form of envelopes, by the words of spec/envelopes.md and the stage form of spec/errors.md. Every rule is a member of `form`, and is called as one.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import { idForm, text, within } from './terms.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const root = new protobuf.Root();
root.resolvePath = (_, name) => [`../../../protocol/${name}`, `../node-seller/imports/${name}`].map(here).find(existsSync) ?? name;
root.loadSync(['act/v1/envelope.proto', 'act/v1/journal.proto'], { keepCase: true }).resolveAll();
export const type = (name) => root.lookupType(name.includes('.') ? name : `act.v1.${name}`);
export const parse = (name, bytes, oneofs = true) => type(name).toObject(type(name).decode(bytes), { longs: String, enums: String, bytes: Buffer, defaults: true, oneofs });
const [MAX, DAY] = [2n ** 63n - 1n, 86_400_000];

export class Refused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}
export const demand = (holds, code = 'malformed') => { if (!holds) throw new Refused(code); };

export const form = {
  // ENV-03
  scan(message, bytes, levels = 40) {
    demand(levels > 0);
    const seen = new Set();
    let at = 0;
    const varint = () => {
      for (let [value, i] = [0n, 0n]; ; i++) {
        demand(at < bytes.length && i < 10n && (i < 9n || bytes[at] < 2));
        value |= BigInt(bytes[at] & 127) << (7n * i);
        if (bytes[at++] < 128) return value;
      }
    };
    const take = (length) => { demand(length <= bytes.length - at); at += Number(length); return bytes.subarray(at - Number(length), at); };
    while (at < bytes.length) {
      const tag = varint();
      const [number, wire] = [Number(tag >> 3n), Number(tag & 7n)];
      demand(tag < 2n ** 32n && number > 0 && [0, 1, 2, 5].includes(wire));
      const payload = wire === 0 ? varint() : take({ 1: 8, 2: wire === 2 ? varint() : 0, 5: 4 }[wire]);
      const field = message.fieldsById[number];
      if (!field) continue;
      const inner = field.resolvedType instanceof protobuf.Type ? field.resolvedType : null;
      demand(wire === (inner ? 2 : protobuf.types.basic[field.type] ?? 0) && (field.repeated || !form.stands(seen, field)));
      try { if (field.type === 'string') new TextDecoder('utf-8', { fatal: true }).decode(payload); } catch { demand(false); }
      if (inner) form.scan(inner, payload, levels - 1);
    }
  },
  stands: (seen, field) => seen.size === seen.add((field.partOf ?? field).name).size,
  isId: (id) => idForm.test(id),
  // ENV-10 to ENV-16
  header(h) {
    const sixteen = (id) => id.length === 16 && id.some((byte) => byte);
    demand(h.version_major === 1 && sixteen(h.message_id) && (h.transaction_id.length === 0 || sixteen(h.transaction_id)));
    demand([h.sender, h.broker, ...h.recipients].every(form.isId) && h.recipients.length <= 16 && new Set(h.recipients).size === h.recipients.length);
    demand([h.follows, h.mandate].every((digest) => [0, 32].includes(digest.length)) && h.home < 4096);
    demand(within(h.sent_at_ms, 1, MAX) && within(BigInt(h.expires_at_ms) - BigInt(h.sent_at_ms), 1, DAY));
    const names = h.extensions.map((extension) => extension.name);
    demand(names.length <= 16 && names.every((name) => /^[a-z0-9._-]{1,64}$/.test(name)) && h.extensions.every((extension) => extension.value.length <= 4096));
    demand([names, h.critical].every((list) => new Set(list).size === list.length) && h.critical.every((name) => names.includes(name)));
  },
  // ENV-17
  body(kind, b) {
    const [id, digest, reason] = [form.isId, (bytes) => bytes.length === 32, (most) => text(b.reason, most)];
    const key = (k) => digest(k.signing_key) && [0, 32].includes(k.sealing_key.length) && [k.valid_from_ms, k.valid_until_ms].every((ms) => within(ms, 0, MAX))
      && (k.valid_until_ms === '0' || BigInt(k.valid_until_ms) > BigInt(k.valid_from_ms));
    const names = (list, most) => list.length <= most && list.every((name) => /^[a-z0-9.-]{1,64}$/.test(name));
    const listing = (l) => !l || (text(l.title, 128) && names(l.capabilities, 32) && names(l.categories, 16) && l.origins.length <= 16
      && l.origins.every((origin) => text(origin, 256, 1)) && l.prices.length <= 64 && l.prices.every((price) => text(price.item, 128, 1)));
    const entry = (e) => e && key(e) && listing(e.listing) && (e.kind === 'ENTRY_KIND_PRINCIPAL' ? e.principal === '' : e.kind === 'ENTRY_KIND_AGENT' && id(e.principal));
    const evidence = () => b.evidence.length <= 16 && b.evidence.every((e) => digest(e.digest) && text(e.media_type, 128) && text(e.location, 512));
    const asked = { outcome: (q) => q.message_id.length === 16 && [0, 16].includes(q.transaction_id.length), transaction: (q) => q.transaction_id.length === 16,
      account: (q) => id(q.account), mandate: (q) => digest(q.mandate), mail: (q) => q.page_size <= 256, payouts: () => true };
    const rules = { quote: () => digest(b.intent), counter: () => b.intent, lock: () => digest(b.quote), commit: () => digest(b.quote),
      approve: () => digest(b.quote) && digest(b.rendering), decline: () => reason(512), cancel: () => reason(512), deny: () => reason(512), refund: () => reason(512),
      resolve: () => reason(2048), dispute: () => reason(2048) && evidence(), fulfil: evidence, revoke_mandate: () => digest(b.mandate), register: () => entry(b),
      enter_foreign: () => id(b.id) && entry(b.entry), rotate_key: () => id(b.id) && key(b), revoke_key: () => id(b.id) && digest(b.key),
      recover_key: () => id(b.id) && digest(b.signing_key), cancel_recovery: () => id(b.id), update_listing: () => id(b.id) && listing(b.listing),
      fund: () => id(b.account) && text(b.reference, 128, 1), request_payout: () => text(b.destination, 256, 1),
      close_payout: () => digest(b.payout) && id(b.account) && text(b.reference, 128, b.executed ? 1 : 0), ask: () => asked[b.question]?.(b[b.question]) };
    demand((rules[kind] ?? (() => true))());
  },
  // The stage form of ERR-02.
  open(content, broker, now) {
    demand(content.length <= 65_536, 'too_large');
    form.scan(type('Content'), content);
    const { header: h, body: kind, ...message } = parse('Content', content);
    demand(h);
    demand(h.version_major <= 1, 'version_unsupported');
    form.header(h);
    demand(kind, 'body_unsupported');
    demand(within(type('Content').fields[kind].id, 11, 24) === h.transaction_id.length > 0);
    form.body(kind, message[kind]);
    demand(h.broker === broker, 'broker_wrong');
    demand(h.critical.length === 0, 'extension_unsupported');
    demand(h.transaction_id.length > 0 || BigInt(now) < BigInt(h.expires_at_ms), 'envelope_expired');
    demand(BigInt(h.sent_at_ms) <= BigInt(now) + 60_000n, 'clock_skew');
    const shown = Object.fromEntries(['message_id', 'transaction_id', 'follows', 'mandate'].map((name) => [name, h[name].toString('hex')]));
    return { body: kind, sender: h.sender, recipients: h.recipients, ...shown, sent_at_ms: h.sent_at_ms, expires_at_ms: h.expires_at_ms, home: h.home };
  },
};
