/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import java.util.ArrayList;
import java.util.List;

/** The comments and attributes met on the way to a declaration: those right above it belong to it. */
final class Leading {

    private static final int RIGHT_ABOVE = 1;
    // A documentation comment belongs to what follows even with a blank line between.
    private static final int NEAR = 2;

    private enum Type {
        COMMENT,
        ATTRIBUTE,
        /** An attribute that the grammar did not read. */
        HIDDEN
    }

    private record Span(Type type, int start, int end) {}

    private final SourceText source;
    private final List<Span> spans = new ArrayList<>();

    Leading(SourceText source) {
        this.source = source;
    }

    void add(Syntax node, boolean comment) {
        spans.add(new Span(comment ? Type.COMMENT : Type.ATTRIBUTE, node.start(), node.end()));
    }

    /** An attribute that the grammar did not read; it belongs to what follows wherever it stands. */
    void add(Hidden attribute) {
        spans.add(new Span(Type.HIDDEN, attribute.start(), attribute.end()));
    }

    void clear() {
        spans.clear();
    }

    /** Where the declaration starts with all that belongs to it. */
    int start(int declaration) {
        int start = declaration;
        for (int i = spans.size() - 1; i >= 0; i--) {
            Span span = spans.get(i);
            if (span.start() < start) {
                if (!leads(span, start)) {
                    break;
                }
                start = span.start();
            }
        }
        return start;
    }

    /** Where its head starts: with the hidden attributes in the same line, if there are any. */
    int headStart(int declaration) {
        int start = declaration;
        for (int i = spans.size() - 1; i >= 0; i--) {
            Span span = spans.get(i);
            boolean before = span.type() == Type.HIDDEN
                    && span.end() <= start
                    && source.isBlank(span.end(), start)
                    && source.lineOf(span.start()) == source.lineOf(declaration);
            start = before ? span.start() : start;
        }
        return start;
    }

    /** Whether a comment or an attribute stands right above. */
    boolean touches(int offset) {
        return !spans.isEmpty() && spans.getLast().start() < offset && leads(spans.getLast(), offset);
    }

    /** Where the last attribute ends inside the declaration, or the declaration starts. */
    int afterAttributes(int declaration, int name) {
        int after = declaration;
        for (Span span : spans) {
            if (span.type() == Type.ATTRIBUTE && span.start() >= declaration && span.end() <= name) {
                after = span.end();
            }
        }
        return after;
    }

    /** The words of the comments from here on. */
    String docstring(int start, int end) {
        StringBuilder words = new StringBuilder();
        for (Span span : spans) {
            if (span.type() == Type.COMMENT && span.start() >= start && span.end() <= end) {
                words.append(source.slice(span.start(), span.end()).strip()).append('\n');
            }
        }
        return Docstrings.ofComment(words.toString());
    }

    private boolean leads(Span span, int offset) {
        return (span.type() == Type.HIDDEN || source.firstInLine(span.start()))
                && span.end() <= offset
                && source.isBlank(span.end(), offset)
                && source.lineOf(offset) - source.lineOf(span.end()) <= gap(span);
    }

    private int gap(Span span) {
        return source.text().startsWith("/**", span.start()) ? NEAR : RIGHT_ABOVE;
    }
}
