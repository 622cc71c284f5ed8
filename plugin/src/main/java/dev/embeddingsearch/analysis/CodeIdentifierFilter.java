/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.analysis;

import java.io.IOException;
import org.apache.lucene.analysis.TokenFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.KeywordAttribute;
import org.apache.lucene.analysis.tokenattributes.OffsetAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;

/**
 * Splits identifiers into words: {@code parseHTTPResponse} into {@code parse}, {@code HTTP} and {@code Response}, each at a
 * position of its own. {@link Originals} says what happens to the whole identifier.
 *
 * <p>No token spans several positions, since an index does not store position lengths. Identifiers with parts are marked as
 * keywords, so that stemmers skip them. Tokens that are keywords already are not split. The filter must be before filters that
 * change case.
 */
public final class CodeIdentifierFilter extends TokenFilter {

    private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
    private final OffsetAttribute offset = addAttribute(OffsetAttribute.class);
    private final PositionIncrementAttribute increment = addAttribute(PositionIncrementAttribute.class);
    private final KeywordAttribute keyword = addAttribute(KeywordAttribute.class);
    private final IdentifierParts parts;
    private char[] identifier = new char[64];
    private State state;
    private int next;
    private int start;
    /** Whether each character of the token is one character of the text, so that parts have offsets of their own. */
    private boolean aligned;

    public CodeIdentifierFilter(TokenStream input, IdentifierSplitting splitting) {
        super(input);
        this.parts = new IdentifierParts(splitting);
    }

    @Override
    public boolean incrementToken() throws IOException {
        if (next < parts.count()) {
            restoreState(state);
            emit();
            return true;
        }
        if (!input.incrementToken()) {
            return false;
        }
        next = 0;
        parts.split(term.buffer(), keyword.isKeyword() ? 0 : term.length());
        if (parts.count() > 0) {
            remember();
            emit();
        }
        return true;
    }

    private void remember() {
        int length = term.length();
        if (identifier.length < length) {
            identifier = new char[length];
        }
        System.arraycopy(term.buffer(), 0, identifier, 0, length);
        start = offset.startOffset();
        aligned = offset.endOffset() - start == length;
        state = captureState();
    }

    private void emit() {
        int from = parts.start(next);
        int to = parts.end(next);
        term.copyBuffer(identifier, from, to - from);
        if (aligned) {
            offset.setOffset(start + from, start + to);
        }
        if (next > 0) {
            increment.setPositionIncrement(parts.increment(next));
        }
        keyword.setKeyword(parts.hasParts(next));
        next++;
    }

    @Override
    public void reset() throws IOException {
        super.reset();
        next = 0;
        state = null;
        parts.split(identifier, 0);
    }
}
