// Contents and envelopes, valid but for what a vector changes.
import { digestOf, keyOf, sha256, signedBytes } from './crypto.mjs';
import { bytes, bytesOf, cat, int, intOf, money } from './wire.mjs';

export const NOW = 1_900_000_000_000;
export const BROKER = 'act://local/broker';
export const BUYER = 'act://local/buyer';
export const SELLER = 'act://local/seller';
export const buyerKey = keyOf('buyer');
export const sellerKey = keyOf('seller');
export const id16 = (name) => sha256(name).subarray(0, 16);
export const digest = (name) => sha256(name);

const defaults = {
  major: 1, minor: 0, messageId: id16('message'), transactionId: id16('transaction'), sender: BUYER, recipients: [SELLER], broker: BROKER,
  follows: Buffer.alloc(0), sentAt: NOW, expiresAt: NOW + 60_000, home: 0, mandate: Buffer.alloc(0), extensions: [], critical: [], more: [],
};

// The fields of a header in the order of their numbers; `more` is appended as it is.
export function headerFields(changes = {}) {
  const h = { ...defaults, ...changes };
  return [
    intOf(1, h.major), intOf(2, h.minor), bytesOf(3, h.messageId), bytesOf(4, h.transactionId), bytesOf(5, h.sender), ...h.recipients.map((r) => bytes(6, r)),
    bytesOf(7, h.broker), bytesOf(8, h.follows), intOf(9, h.sentAt), intOf(10, h.expiresAt), intOf(11, h.home), bytesOf(12, h.mandate),
    ...h.extensions.map(([name, value]) => bytes(13, bytesOf(1, name), bytesOf(2, value))), ...h.critical.map((name) => bytes(14, name)), ...h.more,
  ];
}
export const header = (changes) => bytes(1, ...headerFields(changes));
export const cancel = (reason = 'no') => bytes(14, bytesOf(1, reason));
export const step = (changes, body = cancel()) => cat(header(changes), body);

const line = (amount) => bytes(2, bytesOf(1, 'A seat'), int(2, 1), money(3, 'CNY', amount), money(4, 'CNY', amount));
export const terms = (...more) => bytes(8, bytes(1), int(3, 600_000), ...more);
export const quoteBody = (...more) => bytes(11, bytes(1, digest('intent')), line(780), money(5, 'CNY', 780), int(7, NOW + 3_600_000), terms(), ...more);

export const signatureBy = (key, content, tag = 'act.envelope.v1') => ({ suite: 1, key: key.thumbprint, value: key.sign(signedBytes(tag, content)) });
export { digestOf };
