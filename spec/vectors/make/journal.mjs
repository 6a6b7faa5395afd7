// Merkle trees as RFC 9162 defines them (by recursion, not by levels), and receipts over them.
import { BROKER } from './content.mjs';
import { keyOf, sha256, signedBytes } from './crypto.mjs';
import { bytes, bytesOf, cat, int, intOf } from './wire.mjs';

const hex = (b) => b.toString('hex');
const leafHash = (leaf) => sha256([0], leaf);
const split = (n) => { let k = 1; while (2 * k < n) k *= 2; return k; };
const rootOf = (leaves) => (leaves.length === 1 ? leafHash(leaves[0])
  : sha256([1], rootOf(leaves.slice(0, split(leaves.length))), rootOf(leaves.slice(split(leaves.length)))));
const pathOf = (leaves, m) => {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  return m < k ? [...pathOf(leaves.slice(0, k), m), rootOf(leaves.slice(k))] : [...pathOf(leaves.slice(k), m - k), rootOf(leaves.slice(0, k))];
};

// The leaves, and some roots, that implementations of Certificate Transparency share.
const known = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map((leaf) => Buffer.from(leaf, 'hex'));
if (hex(rootOf(known.slice(0, 1))) !== '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d') throw new Error('root of 1');
if (hex(rootOf(known)) !== '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328') throw new Error('root of 8');

export const trees = () => [1, 2, 3, 4, 5, 6, 7, 8].map((size) => {
  const leaves = known.slice(0, size);
  return { id: `JRN-20/tree-of-${size}`, comment: 'The root, and the path of each leaf.', leaves: leaves.map(hex), root: hex(rootOf(leaves)), paths: leaves.map((_, i) => pathOf(leaves, i).map(hex)) };
});

export const paths = () => {
  const leaves = known.slice(0, 7);
  const [root, path] = [rootOf(leaves), pathOf(leaves, 4)];
  const row = (id, comment, changes, leadsTo = false) => {
    const all = { leaf: leaves[4], index: 4, size: 7, path, root, ...changes };
    return { id: `JRN-20/path-${id}`, comment, leaf: hex(all.leaf), index: all.index, size: all.size, path: all.path.map(hex), root: hex(all.root), leads: leadsTo };
  };
  return [
    row('right', 'A path as it should be.', {}, true),
    row('other-leaf', 'Another leaf.', { leaf: leaves[3] }),
    row('other-index', 'The index of another leaf.', { index: 5 }),
    row('index-is-size', 'An index as large as the tree.', { index: 7 }),
    row('size-0', 'A tree without leaves.', { index: 0, size: 0, path: [] }),
    row('too-short', 'The last step is missing.', { path: path.slice(0, -1) }),
    row('too-long', 'A step too many.', { path: [...path, path[0]] }),
    row('swapped', 'Two steps in each other\'s place.', { path: [path[1], path[0], path[2]] }),
    row('other-root', 'Another root.', { root: rootOf(known) }),
    row('smaller-tree', 'The size of a smaller tree.', { size: 5 }),
    row('node-as-leaf', 'An inner node, taken for a leaf.', { leaf: cat(leafHash(leaves[4]), leafHash(leaves[5])), index: 2, size: 4, path: path.slice(1) }),
  ];
};

const [receiptKey, otherKey] = [keyOf('receipts'), keyOf('another')];
// A record: broker, partition, position, stamp, previous, a settle step, an accepted decision with a state.
const record = (position, broker = BROKER) => cat(bytes(1, broker), int(2, 3), int(3, position), int(4, 1_900_000_000_000 + position), bytes(5, Buffer.alloc(32)),
  bytes(7, int(1, 18), bytes(2, Buffer.alloc(16, 9))), bytes(8, bytes(4, int(2, 14))));

export const receipts = () => {
  const make = (size, index, changes = {}) => {
    const records = Array.from({ length: size }, (_, i) => record(i + 1, changes.recordBroker));
    const root = changes.root ?? cat(bytes(1, changes.rootBroker ?? BROKER), int(2, changes.size ?? size), bytes(3, rootOf(records)));
    const key = changes.key ?? receiptKey;
    const proof = cat(bytesOf(1, root), bytesOf(2, changes.thumbprint ?? key.thumbprint), bytesOf(3, changes.signature ?? key.sign(signedBytes(changes.tag ?? 'act.receipt.v1', root))),
      intOf(4, changes.index ?? index), (changes.path ?? pathOf(records, index)).map((sibling) => bytes(5, sibling)));
    return cat(bytes(1, changes.record ?? records[index]), changes.proof === null ? [] : bytes(2, proof));
  };
  const path = pathOf(Array.from({ length: 5 }, (_, i) => record(i + 1)), 2);
  const row = (id, comment, receipt, position) => ({
    id: `JRN-20/receipt-${id}`, comment, receipt: hex(receipt), broker: BROKER, keys: [hex(receiptKey.bytes)], ...(position ? { proven: true, position } : { proven: false }),
  });
  const signed = (root) => receiptKey.sign(signedBytes('act.receipt.v1', root));
  return [
    row('alone', 'One record under its own root.', make(1, 0), 1),
    row('first', 'The first of five.', make(5, 0), 1),
    row('within', 'The third of five.', make(5, 2), 3),
    row('last', 'The last of five, whose path is shorter.', make(5, 4), 5),
    row('unknown-field', 'A record with a field that is not known.', (() => {
      const changed = cat(record(1), int(900, 1));
      const root = cat(bytes(1, BROKER), int(2, 1), bytes(3, leafHash(changed)));
      return make(1, 0, { record: changed, root, signature: signed(root) });
    })(), 1),
    row('tampered-record', 'Another position in the record.', make(5, 2, { record: record(4) })),
    row('tampered-root', 'Another hash in the root.', make(5, 2, { root: cat(bytes(1, BROKER), int(2, 5), bytes(3, Buffer.alloc(32, 7))), signature: signed(record(1)) })),
    row('tampered-signature', 'A signature of zeros.', make(5, 2, { signature: Buffer.alloc(64) })),
    row('other-tag', 'The root was signed as an envelope.', make(5, 2, { tag: 'act.envelope.v1' })),
    row('other-key', 'Another key signed, and says so.', make(5, 2, { key: otherKey })),
    row('other-key-hidden', 'Another key signed, under the thumbprint of the broker\'s.', make(5, 2, { key: otherKey, thumbprint: receiptKey.thumbprint })),
    row('other-broker', 'The root is another broker\'s.', make(5, 2, { rootBroker: 'act://elsewhere/broker' })),
    row('record-of-another-broker', 'The record is another broker\'s.', make(5, 2, { recordBroker: 'act://elsewhere/broker' })),
    row('other-index', 'Another index.', make(5, 2, { index: 3 })),
    row('other-size', 'The root names another size, in which this path is too long.', make(5, 2, { size: 3 })),
    row('size-too-large', 'The last of 65,537 leaves: more than a root may have.', (() => {
      const root = cat(bytes(1, BROKER), int(2, 65_537), bytes(3, sha256([1], path[0], leafHash(record(1)))));
      return make(1, 0, { index: 65_536, path: [path[0]], root, signature: signed(root) });
    })()),
    row('path-short', 'The last step of the path is missing.', make(5, 2, { path: path.slice(0, -1) })),
    row('path-long', 'A step too many.', make(5, 2, { path: [...path, path[0]] })),
    row('path-short-hash', 'A step of 31 bytes.', make(5, 2, { path: [path[0].subarray(1), ...path.slice(1)] })),
    row('no-proof', 'A record without a proof.', make(5, 2, { proof: null })),
    row('root-twice', 'The broker stands twice in the root.', (() => {
      const root = cat(bytes(1, BROKER), bytes(1, BROKER), int(2, 1), bytes(3, leafHash(record(1))));
      return make(1, 0, { root, signature: signed(root) });
    })()),
    row('record-not-parsed', 'The record is cut, and signed so.', (() => {
      const cut = record(1).subarray(0, -1);
      const root = cat(bytes(1, BROKER), int(2, 1), bytes(3, leafHash(cut)));
      return make(1, 0, { record: cut, root, signature: signed(root) });
    })()),
  ];
};
