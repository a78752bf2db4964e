using System.Globalization;
using Pryx.Protocol.Providers;

namespace Pryx.Core.Models;

/// <summary>Whether a model fits into a machine: its files, a fifth more for what runs beside the weights, and a gigabyte for a context of 32,768 tokens. An estimate; it errs to the careful side.</summary>
internal static class FitEstimate
{
    private const long Context = 1L << 30;

    public static ModelFit Of(string model, long? size, MachineMemory machine)
    {
        if (size is not > 0)
        {
            return new(model, FitVerdicts.Unknown, $"The size of {model} is not known before its download begins.") { Machine = machine };
        }
        var needs = size.Value + (size.Value / 5) + Context;
        // What is not on the card is computed from main memory: slower, but it runs.
        var (free, all) = (machine.Available + machine.VideoFree, machine.Total + machine.Video);
        var verdict = needs <= free * 0.85 ? FitVerdicts.Fits : needs <= all * 0.95 ? FitVerdicts.Tight : FitVerdicts.TooLarge;
        var has = machine.Video > 0
            ? $"{Size(machine.Available)} of memory and {Size(machine.VideoFree)} on the graphics card are free"
            : $"{Size(machine.Available)} of {Size(machine.Total)} memory are free";
        var text = verdict switch
        {
            FitVerdicts.Fits when machine.Video > 0 && needs <= machine.VideoFree => $"fits on the graphics card: it needs about {Size(needs)}, {has}",
            FitVerdicts.Fits => $"fits: it needs about {Size(needs)}, {has}",
            FitVerdicts.Tight => $"is tight: it needs about {Size(needs)}, {has}. Close other programs, or take a smaller one",
            _ => $"does not fit: it needs about {Size(needs)}, this machine has {Size(all)}. Take a smaller one",
        };
        return new(model, verdict, $"{model} {text}.") { Size = size, Needs = needs, Machine = machine };
    }

    private static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.0} GB");
}
