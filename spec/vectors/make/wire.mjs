// A protobuf writer that can also write what no library would: fields twice, out of order, over-long, cut.
export const varint = (n) => {
  const bytes = [];
  for (let rest = BigInt.asUintN(64, BigInt(n)); ; rest >>= 7n) {
    if (rest < 0x80n) return Buffer.from([...bytes, Number(rest)]);
    bytes.push(Number(rest & 0x7fn) | 0x80);
  }
};
export const cat = (...parts) => Buffer.concat(parts.flat(Infinity).map((part) => Buffer.from(typeof part === 'number' ? [part] : part)));
export const tag = (number, wireType) => varint((BigInt(number) << 3n) | BigInt(wireType));

// A number, text, bytes or message as one field.
export const int = (number, value) => cat(tag(number, 0), varint(value));
export const bytes = (number, ...value) => { const all = cat(...value); return cat(tag(number, 2), varint(all.length), all); };

// The same, left out when it has the default value, as canonical encodings do.
export const intOf = (number, value) => (value ? int(number, value) : Buffer.alloc(0));
export const bytesOf = (number, value) => (value.length > 0 ? bytes(number, value) : Buffer.alloc(0));

export const money = (number, currency, units, nanos = 0) => bytes(number, bytesOf(1, currency), intOf(2, units), intOf(3, nanos));
