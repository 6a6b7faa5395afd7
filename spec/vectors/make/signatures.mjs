// Ed25519 by the one rule of ENV-06, at every edge where common libraries differ.
import { keyOf, opensslVerifies, signedBytes, thumbprintOf } from './crypto.mjs';
import { BASE, IDENTITY, L, TORSION, add, challenge, encode, little, multiply, number, scalarOf, signature } from './edwards.mjs';

const hex = (b) => b.toString('hex');
const a = scalarOf('edge key');
const r = scalarOf('edge nonce');
const [A, R] = [multiply(a, BASE), multiply(r, BASE)];
const [mixedA, mixedR] = [add(A, TORSION), add(R, TORSION)];
const message = (i) => signedBytes('act.envelope.v1', Buffer.from(`message ${i}`));
const first = (holds) => { let i = 0; while (!holds(message(i))) i++; return message(i); };

export function signatures() {
  const key = keyOf('signer');
  const good = key.sign(message(0));
  const [goodR, goodS] = [good.subarray(0, 32), good.subarray(32)];
  const flipped = (at) => Buffer.from(good.map((b, i) => (i === at ? b ^ 1 : b)));
  const multipleOf8 = first((m) => challenge(R, mixedA, m) % 8n === 0n);
  const notMultipleOf8 = first((m) => challenge(R, mixedA, m) % 8n !== 0n);
  const row = (id, comment, valid, publicKey, signed, value) => ({ id: `ENV-06/${id}`, comment, public_key: hex(publicKey), message: hex(signed), signature: hex(value), valid });
  const rows = [
    row('valid', 'A plain signature by OpenSSL.', true, key.bytes, message(0), good),
    row('empty-content', 'Signed bytes of an empty content.', true, key.bytes, signedBytes('act.envelope.v1', Buffer.alloc(0)), key.sign(signedBytes('act.envelope.v1', Buffer.alloc(0)))),
    row('made-by-hand', 'The same equation computed without a library.', true, encode(A), message(0), signature(R, r, A, a, message(0))),
    row('tampered-r', 'One bit of R is another.', false, key.bytes, message(0), flipped(0)),
    row('tampered-s', 'One bit of S is another.', false, key.bytes, message(0), flipped(32)),
    row('tampered-message', 'Another message.', false, key.bytes, message(1), good),
    row('other-key', 'Another key.', false, keyOf('another').bytes, message(0), good),
    row('short', '63 bytes.', false, key.bytes, message(0), good.subarray(0, 63)),
    row('long', '65 bytes.', false, key.bytes, message(0), Buffer.concat([good, Buffer.alloc(1)])),
    row('empty', 'No bytes.', false, key.bytes, message(0), Buffer.alloc(0)),
    row('s-plus-l', 'S + L solves the same equation, and is not below L.', false, key.bytes, message(0), Buffer.concat([goodR, little(number(goodS) + L)])),
    row('s-plus-8l', 'S + 8 L, with a high bit set.', false, key.bytes, message(0), Buffer.concat([goodR, little(number(goodS) + 8n * L)])),
    row('r-identity', 'R is the identity (order 1), and the equation holds.', false, encode(A), message(0), signature(IDENTITY, 0n, A, a, message(0))),
    row('r-order-8', 'R has order 8, and the equation holds with a cofactor.', false, encode(A), message(0), signature(TORSION, 0n, A, a, message(0))),
    row('r-not-canonical', 'R is the identity as y = p + 1.', false, encode(A), message(0), Buffer.concat([little(2n ** 255n - 18n), little((challenge(IDENTITY, A, message(0)) * a) % L)])),
    row('r-negative-zero', 'R is the identity with the sign bit set.', false, encode(A), message(0), Buffer.concat([little(1n + 2n ** 255n), little((challenge(IDENTITY, A, message(0)) * a) % L)])),
    row('r-no-point', 'R is no point of the curve.', false, key.bytes, message(0), Buffer.concat([little(2n), goodS])),
    row('a-no-point', 'The key is no point of the curve: nothing can be signed by it.', false, little(2n), message(0), good),
    row('a-identity', 'The key is the identity: any S with R = S B holds.', false, encode(IDENTITY), message(0), signature(R, r, IDENTITY, 0n, message(0))),
    row('a-mixed-cofactorless', 'The key has a component of order 8 that the equation happens not to see: h is a multiple of 8.', true, encode(mixedA), multipleOf8, signature(R, r, mixedA, a, multipleOf8)),
    row('a-mixed-cofactored-only', 'The same key; the equation holds only when multiplied by the cofactor.', false, encode(mixedA), notMultipleOf8, signature(R, r, mixedA, a, notMultipleOf8)),
    row('r-mixed-cofactored-only', 'R has a component of order 8; the equation holds only when multiplied by the cofactor.', false, encode(A), message(0), signature(mixedR, r, A, a, message(0))),
  ];
  // OpenSSL is cofactorless too: what it refuses can never be valid here.
  for (const v of rows) {
    if (v.valid && !opensslVerifies(Buffer.from(v.public_key, 'hex'), Buffer.from(v.message, 'hex'), Buffer.from(v.signature, 'hex'))) throw new Error(`OpenSSL disagrees: ${v.id}`);
  }
  return rows;
}

export function keys() {
  const good = keyOf('signer').bytes;
  const row = (id, comment, key, suitable = false) =>
    ({ id: `DIR-05/${id}`, comment, public_key: hex(key), suitable, ...(suitable ? { thumbprint: hex(thumbprintOf(key)) } : {}) });
  const p = 2n ** 255n - 19n;
  return [
    row('plain', 'A plain key.', good, true),
    row('rfc-8037', 'The key of RFC 8037, appendix A.3, whose thumbprint stands there.', Buffer.from('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', 'base64url'), true),
    row('mixed-order', 'A component of order 8 beside a large one: not of small order.', encode(mixedA), true),
    row('order-1', 'The identity.', encode(IDENTITY)),
    row('order-2', 'y = -1.', little(p - 1n)),
    row('order-4', 'y = 0.', little(0n)),
    row('order-4-odd', 'y = 0, sign bit set.', little(2n ** 255n)),
    row('order-8', 'A point of order 8.', encode(TORSION)),
    row('order-8-negative', 'Its negative.', encode(multiply(7n, TORSION))),
    row('order-8-third', 'Its third multiple.', encode(multiply(3n, TORSION))),
    row('order-8-fifth', 'Its fifth multiple.', encode(multiply(5n, TORSION))),
    row('identity-negative-zero', 'The identity with the sign bit set.', little(1n + 2n ** 255n)),
    row('not-canonical-0', 'y = p.', little(p)),
    row('not-canonical-1', 'y = p + 1.', little(p + 1n)),
    row('not-canonical-large', 'y = p + 3: a point of large order, encoded in the way that is not canonical.', little(p + 3n)),
    row('not-canonical-top', 'y = 2^255 - 1, sign bit set.', little(2n ** 256n - 1n)),
    row('no-point', 'y = 2: no point of the curve has it.', little(2n)),
    row('short', '31 bytes.', good.subarray(0, 31)),
    row('long', '33 bytes.', Buffer.concat([good, Buffer.alloc(1)])),
  ];
}
