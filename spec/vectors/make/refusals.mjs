// Envelopes as they come in, and what is answered before anything is decided: one fault each.
import { BROKER, BUYER, NOW, SELLER, buyerKey, cancel, digest, header, headerFields, id16, quoteBody, sellerKey, signatureBy, step, terms } from './content.mjs';
import { digestOf, keyOf, signedBytes } from './crypto.mjs';
import { bytes, bytesOf, cat, int, money, tag, varint } from './wire.mjs';

const hex = (b) => Buffer.from(b).toString('hex');

function row(id, comment, code, content, { signatures, zeros = 0, keys } = {}) {
  const full = cat(content, Buffer.alloc(zeros));
  const all = signatures ?? [signatureBy(buyerKey, full)];
  return {
    id, comment, content: hex(content), ...(zeros ? { content_zeros: zeros } : {}),
    signatures: all.map((s) => ({ suite: s.suite, key: hex(s.key), value: hex(s.value) })),
    broker: BROKER, now_ms: NOW, keys: keys ?? { [BUYER]: [hex(buyerKey.bytes)], [SELLER]: [hex(sellerKey.bytes)] },
    ...(code ? { refused: code } : { accepted: true }),
  };
}
const repeat = (n, make) => Array.from({ length: n }, (_, i) => make(i));
const nested = (levels) => (levels === 0 ? cancelConstraint : bytes(7, bytes(1, nested(levels - 1))));
const cancelConstraint = bytes(1, bytes(1, 'a'), int(2, 1), bytes(3, int(2, 1)));
// Intents belong to no transaction.
const outside = { transactionId: Buffer.alloc(0) };
const intent = (...parts) => bytes(10, money(4, 'CNY', 800), int(6, NOW + 3_600_000), ...parts);

const malformed = () => [
  ['ENV-03/header-twice', 'The header stands twice.', cat(header(), header(), cancel())],
  ['ENV-03/singular-twice', 'A field of the header stands twice.', cat(header({ more: [int(1, 1)] }), cancel())],
  ['ENV-03/singular-twice-alike', 'The body stands twice, byte for byte alike.', cat(header(), cancel(), cancel())],
  ['ENV-03/singular-twice-deep', 'quote.terms.hold_for_ms stands twice.', cat(header(), bytes(11, bytes(1, digest('intent')), terms(int(3, 600_000))))],
  ['ENV-03/singular-twice-deeper', 'intent.constraint.not.of stands twice.', cat(header(outside), intent(bytes(3, bytes(7, bytes(1, cancelConstraint), bytes(1, cancelConstraint)))))],
  ['ENV-03/two-bodies', 'Two members of the body: cancel and deny.', cat(header(), cancel(), bytes(17))],
  ['ENV-03/two-members-deep', 'Two members of value: text and integer.', cat(header(), quoteBody(bytes(6, bytes(1, 'a'), bytes(2, bytes(1, 'x'), int(2, 1)))))],
  ['ENV-03/two-settlements', 'Two members of the terms: instant and escrow.', cat(header(), bytes(11, bytes(1, digest('intent')), terms(bytes(2))))],
  ['ENV-03/varint-cut', 'The last varint is cut.', cat(step(), [0xf8, 0x3f, 0x80])],
  ['ENV-03/varint-too-long', 'A varint of 11 bytes.', cat(step(), tag(1000, 0), repeat(10, () => 0x80), [1])],
  ['ENV-03/varint-too-large', 'A varint of 10 bytes beyond 64 bits.', cat(step(), tag(1000, 0), repeat(9, () => 0xff), [2])],
  ['ENV-03/length-beyond-the-end', 'A length that is beyond the end.', cat(step(), tag(1000, 2), varint(2), [0])],
  ['ENV-03/length-beyond-the-end-deep', 'header.sender goes beyond the header.', cat(bytes(1, tag(5, 2), varint(100), 'act'), cancel())],
  ['ENV-03/length-huge', 'A length of 2^63.', cat(step(), tag(1000, 2), varint(2n ** 63n))],
  ['ENV-03/fixed64-cut', 'A fixed64 with 7 bytes.', cat(step(), tag(1000, 1), Buffer.alloc(7))],
  ['ENV-03/fixed32-cut', 'A fixed32 with 3 bytes.', cat(step(), tag(1000, 5), Buffer.alloc(3))],
  ['ENV-03/wire-type-of-a-message', 'The header as a number.', cat(int(1, 1), cancel())],
  ['ENV-03/wire-type-of-a-number', 'header.version_minor as bytes.', cat(header({ more: [bytes(2, [1])] }), cancel())],
  ['ENV-03/group', 'A group of unknown number.', cat(step(), tag(1000, 3), tag(1000, 4))],
  ['ENV-03/wire-type-6', 'Wire type 6.', cat(step(), tag(1000, 6))],
  ['ENV-03/field-0', 'Field number 0.', cat(step(), [0, 0])],
  ['ENV-03/field-number-too-large', 'A tag beyond 32 bits.', cat(step(), varint(2n ** 32n), [0])],
  ['ENV-03/text-not-utf-8', 'A text of the byte ff.', cat(header(), cancel([0xff]))],
  ['ENV-03/text-overlong', 'A text with an over-long encoding of "/".', cat(header(), cancel([0xc0, 0xaf]))],
  ['ENV-03/text-surrogate', 'A text with a surrogate.', cat(header(), cancel([0xed, 0xa0, 0x80]))],
  ['ENV-03/text-cut', 'A text that ends within a character.', cat(header(), cancel([0xe4, 0xb8]))],
  ['ENV-03/nested-beyond-40', 'A constraint nested 41 levels deep.', cat(header(outside), intent(bytes(3, nested(41))))],
  ['ENV-03/no-header', 'No header.', cancel()],
  ['ENV-03/empty', 'No bytes.', Buffer.alloc(0)],
  ['ENV-15/version-0', 'Major version 0.', step({ major: 0 })],
  ['ENV-11/message-id-zero', 'A message id of zeros.', step({ messageId: Buffer.alloc(16) })],
  ['ENV-11/message-id-short', 'A message id of 15 bytes.', step({ messageId: id16('message').subarray(1) })],
  ['ENV-11/message-id-absent', 'No message id.', step({ messageId: Buffer.alloc(0) })],
  ['ENV-11/transaction-id-long', 'A transaction id of 17 bytes.', step({ transactionId: cat(id16('transaction'), [0]) })],
  ['ENV-11/transaction-id-absent', 'A cancel without a transaction.', step(outside)],
  ['ENV-11/transaction-id-of-an-intent', 'An intent with a transaction.', cat(header(), intent())],
  ['ENV-10/sender-upper-case', 'A sender with an upper-case letter.', step({ sender: 'act://local/Buyer' })],
  ['ENV-10/sender-of-another-scheme', 'A sender of another scheme.', step({ sender: 'http://local/buyer' })],
  ['ENV-10/sender-hyphen-first', 'A name that begins with a hyphen.', step({ sender: 'act://local/-buyer' })],
  ['ENV-10/sender-with-a-path', 'A name with a second slash.', step({ sender: 'act://local/buyer/x' })],
  ['ENV-10/sender-absent', 'No sender.', step({ sender: '' })],
  ['ENV-10/name-too-long', 'A name of 65 characters.', step({ sender: `act://local/${'a'.repeat(65)}` })],
  ['ENV-10/authority-too-long', 'An authority of 64 characters.', step({ sender: `act://${'a'.repeat(64)}/buyer` })],
  ['ENV-10/authority-label-empty', 'An authority with an empty label.', step({ sender: 'act://a..b/buyer' })],
  ['ENV-10/recipient-no-id', 'A recipient that is no id.', step({ recipients: ['seller'] })],
  ['ENV-10/recipient-twice', 'A recipient named twice.', step({ recipients: [SELLER, SELLER] })],
  ['ENV-10/recipients-17', '17 recipients.', step({ recipients: repeat(17, (i) => `act://local/s${i}`) })],
  ['ENV-11/follows-short', 'follows with 31 bytes.', step({ follows: digest('x').subarray(1) })],
  ['ENV-11/mandate-long', 'mandate with 33 bytes.', step({ mandate: cat(digest('x'), [0]) })],
  ['ENV-12/sent-at-absent', 'No sent_at_ms.', step({ sentAt: 0 })],
  ['ENV-12/sent-at-negative', 'sent_at_ms below zero.', step({ sentAt: -1 })],
  ['ENV-12/expires-as-sent', 'It expires the instant it is sent.', step({ expiresAt: NOW })],
  ['ENV-12/expires-before-sent', 'It expires before it is sent.', step({ expiresAt: NOW - 1 })],
  ['ENV-12/lives-too-long', 'It lives a millisecond longer than 24 h.', step({ expiresAt: NOW + 86_400_001 })],
  ['ENV-16/home-4096', 'home is 4,096.', step({ home: 4096 })],
  ['ENV-14/critical-absent', 'A critical extension that is not there.', step({ critical: ['new'] })],
  ['ENV-14/extension-twice', 'An extension stands twice.', step({ extensions: [['new', 'a'], ['new', 'a']] })],
  ['ENV-14/critical-twice', 'An extension is named critical twice.', step({ extensions: [['new', 'a']], critical: ['new', 'new'] })],
  ['ENV-14/extension-name', 'An extension with an upper-case name.', step({ extensions: [['New', 'a']] })],
  ['ENV-14/extension-too-long', 'An extension of 4,097 bytes.', step({ extensions: [['new', Buffer.alloc(4097)]] })],
  ['ENV-14/extensions-17', '17 extensions.', step({ extensions: repeat(17, (i) => [`e${i}`, '']) })],
  ['TXN-21/quote-of-no-intent', 'A quote whose intent has 31 bytes.', cat(header(), bytes(11, bytes(1, digest('intent').subarray(1)), terms()))],
  ['TXN-23/counter-empty', 'A counter without a revision.', cat(header(), bytes(13))],
  ['TXN-26/lock-of-no-quote', 'A lock without a quote.', cat(header(), bytes(15))],
  ['TXN-24/reason-too-long', 'A reason of 513 bytes.', step({}, cancel('x'.repeat(513)))],
  ['DIR-01/register-short-key', 'A registration with a key of 31 bytes.', cat(header({ ...outside, recipients: [] }), bytes(50, int(1, 1), bytes(2, buyerKey.bytes.subarray(1))))],
].map(([id, comment, content]) => row(id, comment, 'malformed', content));

const early = () => [
  row('ENV-04/content-too-large', 'Content of 65,537 bytes.', 'too_large', cat(step(), tag(1000, 2), varint(65_400)), { zeros: 65_537 - cat(step(), tag(1000, 2), varint(65_400)).length }),
  row('ENV-05/five-signatures', 'Five signatures.', 'too_large', step(), { signatures: repeat(5, () => signatureBy(buyerKey, step())) }),
  row('ENV-08/body-absent', 'No body.', 'body_unsupported', cat(header())),
  row('ENV-08/body-unknown', 'A body of unknown number.', 'body_unsupported', cat(header(), bytes(99))),
  row('ENV-15/major-2', 'Major version 2.', 'version_unsupported', step({ major: 2 })),
  row('ENV-15/major-2-other-rules', 'Major version 2, whose header may have other rules.', 'version_unsupported', cat(bytes(1, int(1, 2), bytes(3, 'id')), bytes(200))),
  row('ENV-13/broker-wrong', 'Meant for another broker.', 'broker_wrong', step({ broker: 'act://elsewhere/broker' })),
  row('ENV-14/critical-unknown', 'A critical extension that nobody knows.', 'extension_unsupported', step({ extensions: [['new', 'a']], critical: ['new'] })),
  row('ENV-12/expired', 'It expired this very instant.', 'envelope_expired', cat(header({ ...outside, sentAt: NOW - 1000, expiresAt: NOW }), intent())),
  row('ENV-12/sent-beyond-the-skew', 'Sent 60,001 ms ahead of the clock.', 'clock_skew', step({ sentAt: NOW + 60_001, expiresAt: NOW + 90_000 })),
];

const unsigned = () => {
  const content = step();
  const other = keyOf('stranger');
  const good = signatureBy(buyerKey, content);
  const no = (id, comment, signatures, more = {}) => row(id, comment, 'signature_invalid', more.content ?? content, { signatures, ...more });
  const raw = (message) => [{ ...good, value: buyerKey.sign(message) }];
  return [
    no('ENV-05/none', 'No signature.', []),
    no('ENV-05/second-wrong', 'The first holds, the second does not.', [good, { ...good, value: Buffer.alloc(64, 1) }]),
    no('ENV-01/tampered-content', 'One letter of the reason is another.', [good], { content: step({}, cancel('nO')) }),
    no('ENV-01/serialised-anew', 'The fields in another order than those that were signed.', [good], { content: cat(cancel(), header()) }),
    no('ENV-06/tampered-signature', 'One bit of the signature.', [{ ...good, value: cat(good.value.subarray(0, 63), [good.value[63] ^ 1]) }]),
    no('ENV-02/other-tag', 'Signed as a receipt.', [signatureBy(buyerKey, content, 'act.receipt.v1')]),
    no('ENV-02/later-tag', 'Signed as an envelope of version 2.', [signatureBy(buyerKey, content, 'act.envelope.v2')]),
    no('ENV-02/no-tag', 'The content alone was signed.', raw(content)),
    no('ENV-02/no-length', 'Tag and content without the length.', raw(cat('act.envelope.v1', content))),
    no('ENV-02/length-little-endian', 'The length in little-endian.', raw(cat('act.envelope.v1', Buffer.from(signedBytes('', content).subarray(0, 8)).reverse(), content))),
    no('ENV-02/digest-signed', 'The digest was signed instead.', raw(digest('x'))),
    no('ENV-07/unknown-key', 'A key that the sender does not have.', [signatureBy(other, content)]),
    no('ENV-07/key-of-another', 'The counterparty\'s key.', [signatureBy(sellerKey, content)]),
    no('ENV-07/unknown-sender', 'A sender that is not registered.', [signatureBy(other, step({ sender: 'act://local/nobody' }))], { content: step({ sender: 'act://local/nobody' }) }),
    no('ENV-07/thumbprint-of-another', 'The buyer\'s thumbprint on another\'s signature.', [{ ...signatureBy(other, content), key: buyerKey.thumbprint }]),
    no('ENV-07/thumbprint-short', 'A thumbprint of 31 bytes.', [{ ...good, key: good.key.subarray(1) }]),
    no('ENV-06/suite-unspecified', 'No suite.', [{ ...good, suite: 0 }]),
    no('ENV-06/suite-unknown', 'A suite that is not known.', [{ ...good, suite: 99 }]),
  ];
};

const accepted = () => [
  ['ENV-01/plain', 'A plain envelope.', step()],
  ['ENV-03/fields-in-another-order', 'The fields of content and header from the last to the first.', cat(cancel(), bytes(1, headerFields().reverse()))],
  ['ENV-03/varint-over-long', 'Version 1 as a varint of 10 bytes.', cat(bytes(1, tag(1, 0), [0x81, ...repeat(8, () => 0x80), 0], headerFields({ major: 0 })), cancel())],
  ['ENV-03/default-written', 'version_minor 0 written out.', step({ more: [int(2, 0)] })],
  ['ENV-03/unknown-fields', 'Unknown fields of all wire types, in content and header.', cat(header({ more: [int(900, 7)] }), cancel(), int(1000, 1), bytes(1001, 'x'), tag(1002, 1), Buffer.alloc(8), tag(1003, 5), Buffer.alloc(4))],
  ['ENV-03/unknown-field-twice', 'An unknown field may stand twice.', cat(step(), int(1000, 1), int(1000, 2))],
  ['ENV-15/minor-1', 'Minor version 1, with a field that 1.0 does not know.', step({ minor: 1, more: [bytes(100, 'new')] })],
  ['ENV-14/extension-not-critical', 'An unknown extension that is not critical.', step({ extensions: [['new.thing', 'a']] })],
  ['ENV-12/sent-at-the-skew', 'Sent exactly 60,000 ms ahead.', step({ sentAt: NOW + 60_000, expiresAt: NOW + 90_000 })],
  ['ENV-12/lives-24-h', 'It lives exactly 24 h.', step({ expiresAt: NOW + 86_400_000 })],
  ['ENV-20/expired-step', 'A step of a transaction is not refused for its age before its id was looked up.', step({ sentAt: NOW - 2000, expiresAt: NOW - 1000 })],
  ['ENV-10/longest-ids', 'The longest ids.', step({ recipients: [`act://${'a'.repeat(63)}/${'b'.repeat(64)}`] })],
].map(([id, comment, content]) => row(id, comment, null, content));

export const refusals = () => {
  const start = cat(step(), tag(1000, 2), varint(65_000));
  const filled = cat(step(), tag(1000, 2), varint(65_536 - start.length));
  const two = [signatureBy(buyerKey, step()), signatureBy(keyOf('second'), step())];
  return [
    ...malformed(), ...early(), ...unsigned(), ...accepted(),
    row('ENV-04/content-at-the-limit', 'Content of 65,536 bytes.', null, filled, { zeros: 65_536 - filled.length }),
    row('ENV-05/two-signatures', 'Two signatures by two keys of the sender.', null, step(), { signatures: two, keys: { [BUYER]: [hex(buyerKey.bytes), hex(keyOf('second').bytes)] } }),
  ];
};

// ProtoJSON, and the one canonical encoding: fields in the order of their numbers, defaults left out, shortest varints.
export const encodings = () => {
  const b64 = (b) => Buffer.from(b).toString('base64');
  const head = {
    version_major: 1, message_id: b64(id16('message')), transaction_id: b64(id16('transaction')), sender: BUYER, recipients: [SELLER], broker: BROKER,
    sent_at_ms: String(NOW), expires_at_ms: String(NOW + 60_000),
  };
  const yuan = { currency_code: 'CNY', units: '780' };
  const of = (id, comment, json, content) => ({ id: `ENV-09/${id}`, comment, json, content: hex(content), digest: hex(digestOf(content)) });
  return [
    of('cancel', 'A cancel.', { header: head, cancel: { reason: 'no' } }, step()),
    of('empty-body', 'A confirm, which has no fields.', { header: head, confirm: {} }, cat(header(), bytes(18))),
    of('follows', 'A lock that follows a quote, by a mandate.', { header: { ...head, follows: b64(digest('quote')), mandate: b64(digest('mandate')), home: 4095 }, lock: { quote: b64(digest('quote')) } },
      cat(header({ follows: digest('quote'), mandate: digest('mandate'), home: 4095 }), bytes(15, bytes(1, digest('quote'))))),
    of('words', 'Text beyond ASCII.', { header: head, cancel: { reason: '太贵了 🧾' } }, step({}, cancel('太贵了 🧾'))),
    of('quote', 'A quote with one line.', { header: head, quote: {
      intent: b64(digest('intent')), lines: [{ description: 'A seat', quantity: 1, unit_price: yuan, amount: yuan }], total: yuan, valid_until_ms: String(NOW + 3_600_000),
      terms: { instant: {}, hold_for_ms: '600000' } } }, cat(header(), quoteBody())),
    of('negative', 'A refund of less than nothing: negative numbers have 10 bytes.', { header: head, refund: { amount: { currency_code: 'CNY', units: '-1', nanos: -500000000 } } },
      cat(header(), bytes(24, money(1, 'CNY', -1, -500_000_000)))),
    of('extensions', 'Extensions, critical or not.', { header: { ...head, extensions: [{ name: 'a', value: b64('x') }, { name: 'b' }], critical: ['b'], traceparent: '00-01-02-00' }, accept: {} },
      cat(header({ extensions: [['a', 'x'], ['b', '']], critical: ['b'], more: [bytes(15, '00-01-02-00')] }), bytes(21))),
  ];
};
