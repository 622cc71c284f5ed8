/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import java.util.ArrayList;
import java.util.List;

/** Makes pieces of units: each non-blank character of the text comes into exactly one, and none is longer than allowed. */
final class Cutter {

    // A part shorter than this share of the limit is worth a worse place to cut at.
    private static final int LEAST_SHARE = 4;

    /**
     * Where a text comes from.
     *
     * @param cell of a notebook, or 0
     */
    record Origin(Language language, int cell) {}

    private final Origin origin;
    private final SourceText source;
    private final Breaks breaks;
    private final int limit;
    private final List<Piece> pieces = new ArrayList<>();

    private Cutter(Origin origin, SourceText source, Breaks breaks, int limit) {
        this.origin = origin;
        this.source = source;
        this.breaks = breaks;
        this.limit = limit;
    }

    static List<Piece> cut(Origin origin, SourceText source, Outline outline, int limit) {
        Cutter cutter = new Cutter(origin, source, outline.breaks(), limit);
        cutter.cut(outline.file());
        return cutter.pieces;
    }

    private void cut(Unit unit) {
        List<Atom> atoms = new ArrayList<>();
        // With its indentation, which is taken off again from all lines.
        int position = source.firstInLine(unit.start()) ? source.lineStart(source.lineOf(unit.start())) : unit.start();
        for (Unit child : unit.children()) {
            addLines(atoms, position, child.start());
            if (unit.declaration().kind() != Kind.FILE) {
                int line = source.lineOf(child.start());
                addText(atoms, child.declaration().signature(), line, breaks.at(line));
            }
            position = child.end();
        }
        addLines(atoms, position, unit.end());
        addPieces(unit.declaration(), atoms);
        unit.children().forEach(this::cut);
    }

    private void addLines(List<Atom> atoms, int start, int end) {
        for (int from = start; from < end; ) {
            int line = source.lineOf(from);
            int to = Math.min(source.lineEnd(line), end);
            boolean blank = source.isBlank(from, to);
            // Holes leave blank lines behind; one is enough.
            if (!blank || to < source.lineEnd(line) || !endsInBlankLine(atoms)) {
                addText(atoms, source.slice(from, to), line, blank ? Breaks.NEVER : breakAt(from, line));
            }
            from = to;
        }
    }

    private int breakAt(int offset, int line) {
        return source.firstInLine(offset) ? breaks.at(line) : Breaks.NEVER;
    }

    private static boolean endsInBlankLine(List<Atom> atoms) {
        int last = atoms.size() - 1;
        return last >= 1
                && atoms.get(last).text().isBlank()
                && atoms.get(last).text().endsWith("\n")
                && atoms.get(last - 1).text().endsWith("\n");
    }

    /** Text longer than a whole piece (a line of data, say) is cut where it must be. */
    private void addText(List<Atom> atoms, String text, int line, int breakBefore) {
        int from = 0;
        while (text.length() - from > limit) {
            int to = from + limit;
            if (Character.isHighSurrogate(text.charAt(to - 1))) {
                to--;
            }
            atoms.add(new Atom(text.substring(from, to), line, from == 0 ? breakBefore : Breaks.NEVER));
            from = to;
        }
        atoms.add(new Atom(text.substring(from), line, from == 0 ? breakBefore : Breaks.NEVER));
    }

    private void addPieces(Declaration declaration, List<Atom> atoms) {
        int part = 1;
        for (int from = 0; from < atoms.size(); ) {
            int to = end(atoms, from);
            if (addPiece(declaration, part, atoms.subList(from, to))) {
                part++;
            }
            from = to;
        }
    }

    /** The last of the best places that keep the piece within the limit. */
    private int end(List<Atom> atoms, int from) {
        int best = 0;
        int length = 0;
        int to = from;
        for (; to < atoms.size(); to++) {
            length += atoms.get(to).text().length();
            if (length > limit && to > from) {
                break;
            }
            int next = to + 1;
            boolean better = best == 0 || breakBefore(atoms, next) <= breakBefore(atoms, best);
            if (next < atoms.size() && better && length >= limit / LEAST_SHARE) {
                best = next;
            }
        }
        boolean all = to == atoms.size();
        boolean usable = best > 0 && breakBefore(atoms, best) < Breaks.NEVER;
        return all || !usable ? to : best;
    }

    private static int breakBefore(List<Atom> atoms, int index) {
        return index < atoms.size() ? atoms.get(index).breakBefore() : Breaks.NEVER;
    }

    private boolean addPiece(Declaration declaration, int part, List<Atom> atoms) {
        int first = 0;
        int last = atoms.size() - 1;
        while (first <= last && atoms.get(first).text().isBlank()) {
            first++;
        }
        while (last > first && atoms.get(last).text().isBlank()) {
            last--;
        }
        if (first > last) {
            return false;
        }
        StringBuilder code = new StringBuilder();
        atoms.subList(first, last + 1).forEach(atom -> code.append(atom.text()));
        int start = atoms.get(first).line() + 1;
        pieces.add(new Piece(
                origin.language(),
                declaration,
                part,
                Indentation.without(code.toString().stripTrailing()),
                origin.cell(),
                start,
                atoms.get(last).line() + 1));
        return true;
    }
}
