// Amounts, quotes and constraints, as ProtoJSON, and what is said of them.
const MAX = '9223372036854775807';
const cny = (units, nanos) => ({ currency_code: 'CNY', ...(units ? { units: String(units) } : {}), ...(nanos ? { nanos } : {}) });

export const amounts = () => {
  const good = (id, comment, money, nanos, text) => ({ id: `LED-02/${id}`, comment, money, nanos: String(nanos), text });
  const bad = (id, comment, money, refused) => ({ id: `LED-02/${id}`, comment, money, refused });
  return [
    good('plain', 'An amount.', cny(780), 780_000_000_000n, '780.00 CNY'),
    good('zero', 'Nothing.', cny(), 0n, '0.00 CNY'),
    good('nano', 'The smallest amount.', cny(0, 1), 1n, '0.000000001 CNY'),
    good('minus-nano', 'Below zero by the smallest amount.', cny(0, -1), -1n, '-0.000000001 CNY'),
    good('negative', 'Units and nanos below zero.', cny(-1, -750_000_000), -1_750_000_000n, '-1.75 CNY'),
    good('most', 'The most units.', cny(MAX), 9223372036854775807000000000n, '9223372036854775807.00 CNY'),
    good('least', 'The least units.', cny(`-${MAX}`), -9223372036854775807000000000n, '-9223372036854775807.00 CNY'),
    good('no-minor-digits', 'A currency without minor digits.', { currency_code: 'JPY', units: '12' }, 12_000_000_000n, '12 JPY'),
    good('three-minor-digits', 'A currency with three.', { currency_code: 'KWD', units: '1', nanos: 250_000_000 }, 1_250_000_000n, '1.250 KWD'),
    bad('absent', 'No amount.', null, 'amount_invalid'),
    bad('signs-differ', 'Units above zero, nanos below.', cny(1, -1), 'amount_invalid'),
    bad('signs-differ-the-other-way', 'Units below zero, nanos above.', cny(-1, 1), 'amount_invalid'),
    bad('nanos-too-many', 'A billion nanos.', cny(0, 1_000_000_000), 'amount_invalid'),
    bad('nanos-too-few', 'A billion nanos below zero.', cny(0, -1_000_000_000), 'amount_invalid'),
    bad('beyond-the-most', 'A nano beyond the most units.', cny(MAX, 1), 'amount_invalid'),
    bad('beyond-the-least', 'The least number of 64 bits, whose negative there is not.', cny('-9223372036854775808'), 'amount_invalid'),
    bad('currency-unknown', 'A code that is no currency.', { currency_code: 'ABC', units: '1' }, 'currency_unknown'),
    bad('currency-lower-case', 'A code in lower case.', { currency_code: 'cny', units: '1' }, 'currency_unknown'),
    bad('currency-absent', 'No code.', { units: '1' }, 'currency_unknown'),
    bad('currency-withdrawn', 'A currency that is no more.', { currency_code: 'DEM', units: '1' }, 'currency_unknown'),
  ];
};

const line = (amount, price = amount, quantity = 1, description = 'A seat') => ({ description, quantity, unit_price: price, amount });
const terms = { instant: {}, hold_for_ms: '600000' };
const escrow = { fulfil_within_ms: '1000', dispute_window_ms: '0', resolve_within_ms: '1000', arbiter: 'act://local/judge' };
const plain = { lines: [line(cny(780))], total: cny(780), valid_until_ms: '1900003600000', terms };
const repeat = (n, make) => Array.from({ length: n }, (_, i) => make(i));

export const quotes = () => {
  const row = (id, comment, changes, refused) => ({ id: `TXN-21/${id}`, comment, quote: { ...plain, ...changes }, ...(refused ? { refused } : { accepted: true }) });
  return [
    row('plain', 'One line.', {}),
    row('sums', 'Lines, a discount, taxes and fees.', {
      lines: [line(cny(0, 30), cny(0, 10), 3), line(cny(-1), cny(-1))], taxes: [{ name: 'VAT', amount: cny(2) }], fees: [{ name: 'fee', amount: cny(0, 1) }], total: cny(1, 31),
    }),
    row('zero', 'A total of zero.', { lines: [line(cny())], total: cny() }),
    row('large', 'A million at the dearest that the total can be.', { lines: [line(cny(9223372036854000000n), cny(9223372036854), 1_000_000)], total: cny(9223372036854000000n) }),
    row('payees', 'Payees that sum to the total.', { payees: [{ account: 'act://local/a', amount: cny(700) }, { account: 'act://local/b', amount: cny(80) }] }),
    row('escrow', 'Escrow at its least times.', { terms: { hold_for_ms: '1000', escrow } }),
    row('off-by-a-nano', 'The total is a nano too much.', { total: cny(780, 1) }, 'totals_wrong'),
    row('tax-forgotten', 'A tax that the total leaves out.', { taxes: [{ name: 'VAT', amount: cny(1) }] }, 'totals_wrong'),
    row('line-wrong', 'Three times 10 is not 29.', { lines: [line(cny(29), cny(10), 3)], total: cny(29) }, 'totals_wrong'),
    row('line-rounded', 'A third of the price, three times, rounded.', { lines: [line(cny(1), cny(0, 333_333_333), 3)], total: cny(1) }, 'totals_wrong'),
    row('payees-short', 'The payees get less than the total.', { payees: [{ account: 'act://local/a', amount: cny(779) }] }, 'totals_wrong'),
    row('line-of-another-currency', 'A line in another currency.', { lines: [line({ currency_code: 'EUR', units: '780' })] }, 'currency_mixed'),
    row('tax-of-another-currency', 'A tax in another currency.', { taxes: [{ name: 'VAT', amount: { currency_code: 'EUR' } }] }, 'currency_mixed'),
    row('payee-of-another-currency', 'A payee in another currency.', { payees: [{ account: 'act://local/a', amount: { currency_code: 'EUR', units: '780' } }] }, 'currency_mixed'),
    row('total-negative', 'A total below zero.', { lines: [line(cny(-1))], total: cny(-1) }, 'amount_invalid'),
    row('total-absent', 'No total.', { total: undefined }, 'amount_invalid'),
    row('fee-negative', 'A fee below zero.', { lines: [line(cny(781))], fees: [{ name: 'fee', amount: cny(-1) }] }, 'amount_invalid'),
    row('payee-gets-nothing', 'A payee that gets nothing.', { payees: [{ account: 'act://local/a', amount: cny(780) }, { account: 'act://local/b', amount: cny() }] }, 'amount_invalid'),
    row('currency-unknown', 'A total in no currency.', { total: { currency_code: 'ABC', units: '780' } }, 'currency_unknown'),
    row('no-lines', 'No lines.', { lines: [], total: cny() }, 'terms_invalid'),
    row('lines-65', '65 lines.', { lines: repeat(65, () => line(cny())), total: cny() }, 'terms_invalid'),
    row('quantity-0', 'None of something.', { lines: [line(cny(), cny(780), 0)], total: cny() }, 'terms_invalid'),
    row('quantity-too-large', 'A million and one.', { lines: [line(cny(), cny(), 1_000_001)], total: cny() }, 'terms_invalid'),
    row('description-too-long', 'A description of 257 bytes.', { lines: [line(cny(780), cny(780), 1, 'x'.repeat(257))] }, 'terms_invalid'),
    row('payee-twice', 'A payee twice.', { payees: repeat(2, () => ({ account: 'act://local/a', amount: cny(390) })) }, 'terms_invalid'),
    row('payee-no-id', 'A payee that is no id.', { payees: [{ account: 'a', amount: cny(780) }] }, 'terms_invalid'),
    row('attribute-twice', 'An attribute twice.', { attributes: repeat(2, () => ({ name: 'a', value: { integer: '1' } })) }, 'terms_invalid'),
    row('attribute-total', 'An attribute that calls itself total.', { attributes: [{ name: 'total', value: { integer: '1' } }] }, 'terms_invalid'),
    row('attribute-seller', 'An attribute that calls itself seller.', { attributes: [{ name: 'seller', value: { text: 'x' } }] }, 'terms_invalid'),
    row('attribute-empty', 'An attribute without a value.', { attributes: [{ name: 'a' }] }, 'terms_invalid'),
    row('terms-absent', 'No terms.', { terms: undefined }, 'terms_invalid'),
    row('settlement-absent', 'Neither instant nor escrow.', { terms: { hold_for_ms: '600000' } }, 'terms_invalid'),
    row('hold-too-short', 'Held for 999 ms.', { terms: { ...terms, hold_for_ms: '999' } }, 'terms_invalid'),
    row('hold-too-long', 'Held for longer than 30 days.', { terms: { ...terms, hold_for_ms: '2592000001' } }, 'terms_invalid'),
    row('resolve-absent', 'Escrow without a time to resolve.', { terms: { hold_for_ms: '1000', escrow: { ...escrow, resolve_within_ms: '0' } } }, 'terms_invalid'),
    row('arbiter-no-id', 'Escrow with an arbiter that is no id.', { terms: { hold_for_ms: '1000', escrow: { ...escrow, arbiter: 'judge' } } }, 'terms_invalid'),
  ];
};
