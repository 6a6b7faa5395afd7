using ActProtocol.Conformance.Runs;
using ActProtocol.V1;

namespace ActProtocol.Conformance.Model;

/// <summary>The model agrees with what the specification says, and with nothing else.</summary>
public sealed class ReplayTests
{
    [Fact]
    public void A_purchase_that_goes_as_it_should_moves_the_money_once()
    {
        var tape = Tape.Opened().Quote().Lock();
        var deadline = tape.Now + 60_000;
        tape.Confirm(deadline).Commit();

        var accounts = tape.Own(StepKind.Settle, TransactionState.Settled, PaymentKind.Settled, tape.Now).Judged().Accounts;

        Assert.Equal((900_000_000_000, 0), (accounts.Available(Tape.Id("owner"), "XTS"), accounts.Held(Tape.Id("owner"), "XTS")));
        Assert.Equal(100_000_000_000, accounts.Available(Tape.Id("firm"), "XTS"));
    }

    [Fact]
    public void A_step_out_of_order_is_found() => Found("refused with step_out_of_order", Tape.Opened().Quote().Confirm(Tape.Start + 3_600_000));

    [Fact]
    public void A_wrong_deadline_is_found() => Found("the deadline", Tape.Opened().Quote().Lock(deadline: Tape.Start));

    [Fact]
    public void A_payment_of_another_kind_is_found() => Found("the payment", Tape.Opened().Quote().Lock(kind: PaymentKind.Committed));

    [Fact]
    public void A_lock_above_the_funds_is_found() => Found("refused with funds_insufficient", Tape.Opened(funds: 99).Quote().Lock());

    [Fact]
    public void A_commit_at_its_deadline_is_found()
    {
        var tape = Tape.Opened().Quote().Lock();
        var deadline = tape.Now + 60_000;
        tape.Confirm(deadline).Now = deadline - 1;
        Found($"the deadline {deadline}", tape.Commit());
    }

    [Fact]
    public void A_deadline_that_nobody_recorded_before_another_step_of_the_account_is_found()
    {
        var tape = Tape.Opened().Quote().Lock();
        tape.Now += 60_000;
        Found("recorded before a step", tape.Fund());
    }

    [Fact]
    public void An_expiry_before_its_time_is_found() =>
        Found("a deadline that has passed", Tape.Opened().Quote().Lock().Own(StepKind.Expire, TransactionState.Expired, PaymentKind.Released));

    [Fact]
    public void A_commit_without_its_settlement_is_found()
    {
        var tape = Tape.Opened().Quote().Lock();
        var deadline = tape.Now + 60_000;
        Found("its settlement in the same append", tape.Confirm(deadline).Commit());
        Found("its settlement in the same append", tape.Fund());
    }

    static void Found(string expected, Tape tape) => Assert.Contains(expected, Assert.Throws<CheckFailedException>(tape.Judged).Finding.Expected, StringComparison.Ordinal);
}
