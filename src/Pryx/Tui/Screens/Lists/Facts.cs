using Pryx.Tui.Rendering;

namespace Pryx.Tui.Screens.Lists;

/// <summary>What is known of one thing, in lines that know how to fit into any width.</summary>
internal sealed class Facts
{
    private const int LabelWidth = 13;
    private readonly List<Func<int, IReadOnlyList<StyledLine>>> _rows = [];

    /// <summary>Its name, and in a word how it is.</summary>
    public Facts Title(string text, string? state = null, Ink ink = Ink.Muted)
    {
        _rows.Add(width => StyledText.Wrap(new([new(text, new(Ink.Strong, Paper.Default, Effects.Bold)), .. state is null ? Array.Empty<Span>() : [new("  "), new(state, ink)]]), width));
        return this;
    }

    /// <summary>A word and what it is; left out when there is nothing to say.</summary>
    public Facts Say(string label, string? value, Ink ink = Ink.Default)
    {
        if (string.IsNullOrEmpty(value))
        {
            return this;
        }
        var lines = value.Split('\n');
        _rows.Add(width =>
        {
            var (head, blank) = (new StyledLine(label.PadRight(LabelWidth), Ink.Muted), new StyledLine(new string(' ', LabelWidth)));
            return [.. lines.SelectMany((line, i) => StyledText.Wrap(new(line.TrimEnd('\r'), ink), width, i == 0 ? head : blank, blank))];
        });
        return this;
    }

    public Facts Text(string? text, Ink ink = Ink.Default, string indent = "")
    {
        if (!string.IsNullOrEmpty(text))
        {
            var blank = new StyledLine(indent);
            foreach (var line in text.Split('\n'))
            {
                _rows.Add(width => StyledText.Wrap(new(line.TrimEnd('\r'), ink), width, blank, blank));
            }
        }
        return this;
    }

    /// <summary>One line of a list, with its sign before it.</summary>
    public Facts Item(string sign, string text, Ink ink = Ink.Default, string? note = null)
    {
        _rows.Add(width => StyledText.Wrap(
            new([new(text, ink == Ink.Muted ? Ink.Muted : Ink.Default), .. note is null ? Array.Empty<Span>() : [new("  " + note, Ink.Muted)]]), width, new(sign + " ", ink), new(new string(' ', TextWidth.Of(sign) + 1))));
        return this;
    }

    /// <summary>A heading with an empty line before it.</summary>
    public Facts Section(string name)
    {
        _rows.Add(_ => [StyledLine.Empty, new(name, new TextStyle(Ink.Heading, Paper.Default, Effects.Bold))]);
        return this;
    }

    public Facts Gap()
    {
        _rows.Add(static _ => [StyledLine.Empty]);
        return this;
    }

    /// <summary>Lines that are made for a width, such as bars.</summary>
    public Facts Rows(Func<int, IReadOnlyList<StyledLine>> rows)
    {
        _rows.Add(rows);
        return this;
    }

    public IReadOnlyList<StyledLine> Lines(int width) => [.. _rows.SelectMany(rows => rows(Math.Max(10, width)))];
}
