// edwards25519 in big integers (RFC 8032, section 5.1), for signatures that no library would make.
import { hash } from './crypto.mjs';

const P = 2n ** 255n - 19n;
export const L = 2n ** 252n + 27742317777372353535851937790883648493n;
export const mod = (a, m = P) => ((a % m) + m) % m;

const pow = (base, exponent) => {
  let [result, square] = [1n, mod(base)];
  for (let e = exponent; e > 0n; e >>= 1n, square = mod(square * square)) if (e & 1n) result = mod(result * square);
  return result;
};
const inverse = (a) => pow(a, P - 2n);
const D = mod(-121665n * inverse(121666n));
const ROOT = pow(2n, (P - 1n) / 4n);

export const IDENTITY = [0n, 1n];
export const add = ([x1, y1], [x2, y2]) => {
  const k = mod(D * x1 * x2 * y1 * y2);
  return [mod((x1 * y2 + x2 * y1) * inverse(1n + k)), mod((y1 * y2 + x1 * x2) * inverse(1n - k))];
};
export const multiply = (n, point) => {
  let [result, power] = [IDENTITY, point];
  for (let rest = n; rest > 0n; rest >>= 1n, power = add(power, power)) if (rest & 1n) result = add(result, power);
  return result;
};
export const xOf = (y, odd) => {
  const [u, v] = [mod(y * y - 1n), mod(D * y * y + 1n)];
  let x = pow(mod(u * inverse(v)), (P + 3n) / 8n);
  if (mod(x * x * v - u) !== 0n) x = mod(x * ROOT);
  if (mod(x * x * v - u) !== 0n) return null;
  return (x & 1n) === BigInt(odd) ? x : mod(-x);
};

export const little = (n) => Buffer.from(n.toString(16).padStart(64, '0'), 'hex').reverse();
export const number = (bytes) => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
export const encode = ([x, y]) => little(y | ((x & 1n) << 255n));

const baseY = mod(4n * inverse(5n));
export const BASE = [xOf(baseY, 0), baseY];

// A point of order 8: what is left of a point when the large factor of its order is taken out.
export const TORSION = (() => {
  for (let y = 2n; ; y++) {
    const x = xOf(y, 0);
    const point = x === null ? null : multiply(L, [x, y]);
    if (point && multiply(4n, point)[1] !== 1n) return point;
  }
})();

export const scalarOf = (name) => mod(number(hash('sha512', `act vectors: ${name}`)), L);
export const challenge = (R, A, message) => mod(number(hash('sha512', encode(R), encode(A), message)), L);

// R || S with S = r + h a, whatever R and A are.
export const signature = (R, r, A, a, message) => Buffer.concat([encode(R), little(mod(r + challenge(R, A, message) * a, L))]);
