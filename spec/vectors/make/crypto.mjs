// node:crypto in the shapes of the specification.
import { createHash, createPrivateKey, createPublicKey, sign as nodeSign, verify as nodeVerify } from 'node:crypto';

export const hash = (name, ...parts) => createHash(name).update(Buffer.concat(parts.map((part) => Buffer.from(part)))).digest();
export const sha256 = (...parts) => hash('sha256', ...parts);
export const be = (n, length) => Buffer.from(BigInt(n).toString(16).padStart(2 * length, '0'), 'hex');
export const signedBytes = (tag, content) => Buffer.concat([Buffer.from(tag), be(content.length, 8), content]);
export const digestOf = (content) => sha256(signedBytes('act.envelope.v1', content));

// Keys come from seeds that are hashes of names: running the script again gives the same files.
export function keyOf(name) {
  const seed = sha256(`act vectors: ${name}`);
  const key = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]), format: 'der', type: 'pkcs8' });
  const publicBytes = Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x, 'base64url');
  return { seed, bytes: publicBytes, thumbprint: thumbprintOf(publicBytes), sign: (message) => nodeSign(null, message, key) };
}

export const thumbprintOf = (key) => sha256(`{"crv":"Ed25519","kty":"OKP","x":"${key.toString('base64url')}"}`);

export function opensslVerifies(key, message, signature) {
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key.toString('base64url') }, format: 'jwk' });
  return nodeVerify(null, message, publicKey, signature);
}
