using Pryx.Protocol.Errors;
using Pryx.Protocol.Health;

namespace Pryx.Core.Health.Doctoring;

/// <summary>Looks at everything that Pryx needs, side by side; nothing that hangs or breaks keeps the rest from being told.</summary>
public sealed class Doctor(IReadOnlyList<DoctorProbe> probes, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(12);

    /// <param name="fixes">Also puts right what can be put right safely, and looks again.</param>
    public async Task<DoctorReport> LookAsync(bool fixes, CancellationToken cancellationToken)
    {
        var checks = await Task.WhenAll(probes.Select(probe => LookAsync(probe, fixes, cancellationToken)));
        return new(Array.Exists(checks, static check => check.Status == DoctorStatus.Fail) ? "unhealthy" : "healthy", checks);
    }

    private async Task<DoctorCheck> LookAsync(DoctorProbe probe, bool fixes, CancellationToken cancellationToken)
    {
        var found = await LookOnceAsync(probe, cancellationToken) is var check && check.Status != DoctorStatus.Ok && probe.FixAsync is not null ? check with { CanFix = true } : check;
        if (!fixes || !found.CanFix)
        {
            return found;
        }
        try
        {
            await probe.FixAsync!(cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PryxException)
        {
            return found with { CanFix = false, Detail = $"{found.Detail} It could not be put right: {e.Message}" };
        }
        var after = await LookOnceAsync(probe, cancellationToken);
        return after with { WasFixed = after.Status == DoctorStatus.Ok };
    }

    private async Task<DoctorCheck> LookOnceAsync(DoctorProbe probe, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            // Some looks can not be cancelled, such as one at a disk that does not answer.
            var look = Task.Run(() => probe.LookAsync(limit.Token), limit.Token);
            return await look.WaitAsync(Patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            await limit.CancelAsync();
            return DoctorWord.Fail(probe.Name, $"It could not be looked at within {Patience.TotalSeconds:0} seconds.");
        }
        catch (PryxException e)
        {
            return DoctorWord.Fail(probe.Name, e.Message, e.Next);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return DoctorWord.Fail(probe.Name, e.Message);
        }
    }
}
