/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Outlines a text of which no grammar is known by its indentation: a line and the deeper ones below it, with the brace or
 * the word that closes them, are a block; its first line tells what it declares.
 */
final class BlockOutliner {

    private static final int TAB = 4;
    private static final int DEEPEST = 12;

    private static final Pattern COMMENT = Pattern.compile("^\\s*(?://|#|--|;|/\\*|\\*|\"\"\"|@\\w|\\(\\*|%)");
    private static final Pattern CONTINUATION = Pattern.compile(
            "^\\s*(?:[})\\]{]|end\\b|else\\b|elif\\b|catch\\b|finally\\b|rescue\\b|ensure\\b|done\\b|fi\\b|esac\\b|@end\\b|\\*/)");

    private final SourceText source;
    private final int[] indents;
    private final Breaks breaks;

    private BlockOutliner(SourceText source, Breaks breaks) {
        this.source = source;
        this.indents = new int[source.lines()];
        this.breaks = breaks;
        for (int line = 0; line < indents.length; line++) {
            indents[line] = indent(line(line));
        }
    }

    static Outline outline(SourceText source, Declaration file) {
        BlockOutliner outliner = new BlockOutliner(source, new Breaks(source.lines()));
        outliner.markBreaks(0, source.lines());
        List<Unit> units = outliner.units(new Lines(0, source.lines()), Scope.file(), 0);
        return new Outline(new Unit(file, 0, source.length(), units), outliner.breaks);
    }

    /** Marks where to cut what a grammar passed over. */
    static void markHidden(SourceText source, Breaks breaks) {
        BlockOutliner outliner = new BlockOutliner(source, breaks);
        for (Hidden span : source.hidden()) {
            int last = source.lineOf(span.end());
            if (source.lineOf(span.start()) < last) {
                outliner.markBreaks(source.lineOf(span.start()), last);
            }
        }
    }

    /** @param to exclusive */
    private record Lines(int from, int to) {}

    private String line(int line) {
        return source.slice(source.lineStart(line), source.lineEnd(line));
    }

    /** -1 for a blank line. */
    private static int indent(String line) {
        int indent = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (!Character.isWhitespace(c)) {
                return indent;
            }
            indent += c == '\t' ? TAB : 1;
        }
        return -1;
    }

    private void markBreaks(int from, int to) {
        boolean afterComment = false;
        for (int line = from; line < to; line++) {
            String text = line(line);
            if (indents[line] >= 0 && !CONTINUATION.matcher(text).find() && !afterComment) {
                breaks.mark(line, indents[line]);
            }
            afterComment = COMMENT.matcher(text).find();
        }
    }

    private List<Unit> units(Lines lines, Scope scope, int depth) {
        int comments = -1;
        for (int line = lines.from(); line < lines.to(); ) {
            int end = blockEnd(line, lines.to());
            boolean comment = indents[line] >= 0 && COMMENT.matcher(line(line)).find();
            if (comment) {
                comments = comments < 0 ? line : comments;
            } else {
                if (indents[line] >= 0 && end > line + 1) {
                    unit(new Lines(line, end), comments < 0 ? line : comments, scope, depth)
                            .ifPresent(scope.units()::add);
                }
                comments = -1;
            }
            line = end;
        }
        return List.copyOf(scope.units());
    }

    /** Behind the last line that belongs to what this one opens; blank lines at the end do not. */
    private int blockEnd(int line, int limit) {
        int end = line + 1;
        if (indents[line] >= 0) {
            for (int next = end; next < limit; next++) {
                boolean deeper = indents[next] > indents[line];
                if (deeper || (indents[next] == indents[line] && continues(line, next))) {
                    end = next + 1;
                } else if (indents[next] >= 0) {
                    break;
                }
            }
        }
        return end;
    }

    private boolean continues(int first, int line) {
        return CONTINUATION.matcher(line(line)).find()
                && !COMMENT.matcher(line(first)).find();
    }

    private Optional<Unit> unit(Lines block, int start, Scope scope, int depth) {
        return Headline.of(line(block.from())).map(head -> {
            boolean type = head.kind() == Kind.TYPE;
            Kind kind = !type && scope.type() ? Kind.METHOD : head.kind();
            String docstring = Docstrings.ofComment(text(start, block.from()));
            String signature = Signatures.ofWhole(line(block.from()));
            Declaration declaration =
                    new Declaration(kind, head.name(), scope.join(head.owner()), signature, docstring);
            List<Unit> members = type && depth < DEEPEST
                    ? members(block, scope.named(head.owner(), true).unit(head.name(), true), depth + 1)
                    : List.of();
            return new Unit(declaration, source.lineStart(start), textEnd(block.to() - 1), members);
        });
    }

    private List<Unit> members(Lines block, Scope scope, int depth) {
        List<Integer> inner = new ArrayList<>();
        for (int line = block.from() + 1; line < block.to(); line++) {
            if (indents[line] > indents[block.from()]) {
                inner.add(line);
            }
        }
        return inner.isEmpty() ? List.of() : units(new Lines(inner.getFirst(), inner.getLast() + 1), scope, depth);
    }
    /** Without the line's end, which separates it from what follows. */
    private int textEnd(int line) {
        return source.lineStart(line) + line(line).stripTrailing().length();
    }

    private String text(int from, int to) {
        return source.slice(source.lineStart(from), source.lineStart(to));
    }
}
