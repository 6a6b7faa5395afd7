// Names that both sides compute.
import { BUYER, SELLER, buyerKey, cancel, digest, id16, step } from './content.mjs';
import { be, digestOf, keyOf, sha256, signedBytes, thumbprintOf } from './crypto.mjs';

const hex = (b) => b.toString('hex');
const longest = `act://${'a'.repeat(63)}/${'b'.repeat(64)}`;
const accounts = ['act://local/buyer-owner', 'act://local/seller-owner', 'act://shop.example/a', 'act://a/0', longest];

const transactionOf = (intent, seller) => sha256('act.transaction.v1', intent, seller).subarray(0, 16);
const messageOf = (sender, stepNumber, quote, attempt) =>
  sha256('act.message-id.v1', be(sender.length, 2), sender, be(stepNumber, 1), quote, be(attempt, 4)).subarray(0, 16);

export const digests = () => [['plain', step()], ['empty', Buffer.alloc(0)], ['one-byte', Buffer.from([0])], ['long', step({}, cancel('x'.repeat(500)))]].map(([id, content]) => ({
  id: `ENV-02/${id}`, comment: 'The signed bytes, and their SHA-256.', content: hex(content), signed_bytes: hex(signedBytes('act.envelope.v1', content)), digest: hex(digestOf(content)),
}));

export const sealed = () => ['buyer', 'seller', 'second'].map((name) => {
  const [key, content] = [keyOf(name), step({ messageId: id16(name) })];
  return {
    id: `ENV-05/${name}`, comment: 'What a key of this seed signs: Ed25519 has one signature for one message.', seed: hex(key.seed), public_key: hex(key.bytes),
    thumbprint: hex(thumbprintOf(key.bytes)), content: hex(content), signature: hex(key.sign(signedBytes('act.envelope.v1', content))),
  };
});

export const transactions = () => [SELLER, 'act://shop.example/a', longest].map((seller) => ({
  id: `TXN-02/${seller.slice(6, 30)}`, comment: 'The transaction that an intent opens with a seller.', intent_digest: hex(digest('intent')), seller,
  transaction_id: hex(transactionOf(digest('intent'), seller)),
}));

export const messages = () => [
  ['intent', 1, Buffer.alloc(32), 0, BUYER], ['lock', 6, digest('quote'), 0, BUYER], ['lock-again', 6, digest('quote'), 1, BUYER], ['commit', 10, digest('quote'), 0, BUYER],
  ['last-attempt', 10, digest('quote'), 4_294_967_295, BUYER], ['longest-sender', 2, digest('intent'), 0, longest],
].map(([id, number, quote, attempt, sender]) => ({
  id: `ENV-21/${id}`, comment: 'The message id of a step.', sender, step: number, quote_digest: hex(quote), attempt, message_id: hex(messageOf(sender, number, quote, attempt)),
}));

export const buckets = () => accounts.map((account) => ({
  id: `ENV-16/${account.slice(6, 30)}`, comment: 'The first 12 bits of SHA-256 of the id.', account, home: sha256(account).readUInt16BE() >> 4,
}));
