namespace ActProtocol.Conformance.BrokenCodecs;

/// <summary>Codecs that the suite must find out. Vectors are in the families: that they are caught too is no wonder; what is made anew has to catch them.</summary>
static class BrokenCodecTable
{
    public static IReadOnlyList<BrokenCodec> All { get; } =
    [
        // Bytes and signatures.
        new("reserialises", "It serialises content anew before it verifies.", "ENV-01.same-bytes-only", "ENV-01.*", "ENV-03.*", "ENV-04.*", "ENV-15.*", "ERR-02.earlier-stage-first@*"),
        new("small-order-keys", "It takes points of small order.", "ENV-06.small-order-key", "ENV-06.small-order-r", "ENV-06.signature-vectors@*", "DIR-05.*", "JRN-20.signature-rule@*"),
        new("s-plus-l", "It takes S modulo the group's order.", "ENV-06.s-plus-l@once", "ENV-06.s-plus-l@most", "ENV-06.signature-vectors@*", "JRN-20.signature-rule@s-plus-l"),
        new("without-length", "It also takes signatures over tag and content without the length.", "ENV-02.other-length@none", "ENV-02.refusal-vectors@*"),
        new("any-tag", "It also takes signatures that were made for receipts and challenges.", "ENV-02.other-tag@act.challenge.v1", "ENV-02.other-tag@*", "ENV-02.refusal-vectors@*"),
        new("digest-without-length", "Its digests leave the length out.", "ENV-02.fresh-digest", "ENV-02.digest-vectors@*", "ENV-09.encoding-vectors@*"),
        new("any-signature", "One signature that holds is enough.", "ENV-05.all-must-hold@second", "ENV-05.*"),
        new("first-signature", "It looks at the first signature alone.", "ENV-05.all-must-hold@second", "ENV-05.*"),
        new("last-signature", "It looks at the last signature alone.", "ENV-05.all-must-hold@first", "ENV-05.*"),
        new("key-of-anybody", "It finds keys by thumbprint, and does not ask whose they are.", "ENV-07.key-of-another@own-thumbprint", "ENV-05.signature-of-the-other-side", "ENV-07.refusal-vectors@*"),
        new("tells-short-signatures", "It says of a short signature that it is short.", "ENV-07.one-answer"),
        new("tells-unknown-senders", "It says of an unknown sender that it is unknown.", "ENV-07.one-answer", "ENV-07.refusal-vectors@*"),
        // Form.
        new("fields-twice", "It lets singular fields stand twice.", "ENV-03.singular-field-twice@sender", "ENV-03.*", "JRN-20.rebuilt@*-twice", "JRN-20.receipt-vectors@*"),
        new("two-members", "It lets two members of a oneof stand.", "ENV-03.two-bodies", "ENV-03.two-members-deep@*", "ENV-03.refusal-vectors@*"),
        new("deep-faults-pass", "It does not scan what is more than two levels deep.", "ENV-03.two-members-deep@value", "ENV-03.*"),
        new("line-break-after-an-id", "Its pattern for ids lets a line break pass at the end.", "ENV-10.ids@line-break-at-the-end"),
        new("upper-case-ids", "It folds ids before it looks at them.", "ENV-10.ids@upper-case", "ENV-10.refusal-vectors@*"),
        new("a-millisecond-late", "It takes an envelope to have expired a millisecond too late.", "ENV-12.expiry-at-the-door", "ENV-12.skew", "ENV-12.refusal-vectors@*"),
        new("critical-ignored", "It ignores critical extensions that it does not know.", "ENV-14.critical-unknown@lock", "ENV-14.*", "ERR-02.earlier-stage-first@extension-*"),
        new("version-after-header", "It looks at the header before it looks at the version.", "ENV-15.major@2", "ENV-15.*", "ERR-02.earlier-stage-first@version-before-header"),
        // Amounts and quotes.
        new("sum-wraps", "It sums units with 64 bits.", "QUO-04.wrapped-sum@units"),
        new("product-wraps", "It multiplies nanos with 64 bits.", "QUO-04.wrapped-sum@product-of-nanos", "QUO-04.*", "TXN-21.quote-vectors@large"),
        new("negative-charges", "It takes taxes and fees below zero.", "QUO-03.charges@tax-negative", "QUO-03.charges@fee-negative", "TXN-21.quote-vectors@*", "ERR-02.first-row-of-a-quote@amount-*"),
        new("terms-first", "It tells the fault of the terms before any other.", "ERR-02.first-row-of-a-quote@totals-and-terms", "ERR-02.first-row-of-a-quote@*"),
        new("unknown-enum-is-0", "It reads a number of an enum that it does not know as 0.", "QUO-07.terms@cancel-unknown"),
        new("cents-alone", "It writes amounts with two digits behind the point.", "LED-02.fresh", "LED-02.amount-vectors@*"),
        // Constraints.
        new("unlike-is-equal", "A comparison of unlike types counts as equal.", "CON-04.unlike@integer", "CON-02.*", "CON-04.*", "CON-05.fresh-trees"),
        new("currencies-compare", "It compares amounts of two currencies by their numbers.", "CON-04.unlike-currency", "CON-04.verdict-vectors@*", "CON-05.fresh-trees"),
        new("unknown-negated-is-true", "What it cannot decide holds when it is negated.", "CON-05.fresh-trees", "CON-04.*", "CON-05.*"),
        new("unknown-is-false", "What it cannot decide is false.", "CON-04.unlike@text", "CON-02.*", "CON-03.*", "CON-04.*", "CON-05.*"),
        new("any-in-order", "Of several children the first that is not false decides.", "CON-05.fresh-trees", "CON-02.*", "CON-05.*"),
        new("folds-text", "It compares texts without their case.", "CON-01.texts@case", "CON-01.verdict-vectors@*"),
        new("normalises-text", "It normalises texts before it compares them.", "CON-01.texts@normal-form"),
        new("floating-point", "It compares integers as floating-point numbers.", "CON-01.orders@integer", "CON-01.orders@time"),
        new("hours-closed", "Its hours of day include the last minute.", "CON-03.half-open@at-until", "CON-03.*"),
        new("hours-in-utc", "It takes the hours of day in UTC.", "CON-03.summer-time", "CON-03.*"),
        new("nine-levels", "It takes a constraint of nine levels.", "CON-06.bounds@levels", "CON-06.verdict-vectors@*"),
        new("any-zone-spelling", "It takes a zone in any spelling.", "CON-07.leaves@zone-in-another-case"),
        // Renderings.
        new("bidi-shown", "It shows characters that turn the line around.", "REN-10.hostile-words@bidi", "REN-01.golden@hostile-*"),
        new("marks-shown", "It shows marks that join what stands before them.", "REN-10.mark-after-a-number", "REN-10.hostile-words@marks", "REN-01.golden@hostile-*"),
        new("no-last-line-end", "Its last line has no end.", "REN-02.digest", "REN-*"),
        // Receipts.
        new("leaf-without-prefix", "It hashes leaves without their prefix.", "JRN-17.trees-of-1-to-65", "JRN-20.*"),
        new("leaf-with-or-without-prefix", "It also takes leaves that were hashed without their prefix.", "JRN-20.rebuilt@leaves-without-prefix"),
        new("nodes-in-any-order", "It sorts the two sides of a node.", "JRN-17.trees-of-1-to-65", "JRN-20.*"),
        new("root-of-any-broker", "It does not look at whose root it is.", "JRN-20.rebuilt@root-of-another-broker", "JRN-20.receipt-vectors@*"),
        new("record-of-any-broker", "It does not look at whose record it is.", "JRN-20.rebuilt@record-of-another-broker", "JRN-20.receipt-vectors@*"),
        new("index-beyond-the-tree", "It takes an index beyond the tree for the last leaf.", "JRN-20.rebuilt@index-1-of-1", "JRN-20.*"),
        // Not codecs at all.
        new("always-accept", "It says ok to everything.", "ENV-05.none-and-five", "*"),
        new("always-refuse", "It says no to everything.", "ENV-15.minor-never-refuses@1", "*"),
        new("vectors-by-heart", "It knows the vectors, and nothing else.", "ENV-02.fresh-digest", "*"),
        new("echo", "It gives back what it got.", "ENV-02.fresh-digest", "*"),
        new("exits-on-hours", "It ends at every hour of day that it is asked.", "CON-03.half-open@at-from", "CON-03.*", "CON-07.leaves@*"),
    ];
}
