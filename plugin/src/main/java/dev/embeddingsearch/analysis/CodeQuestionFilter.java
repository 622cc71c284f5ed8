/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.analysis;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.TokenFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;

/**
 * Removes words from questions that do not distinguish one piece of code from another, unless nothing else is left: "python
 * sort the dict" becomes "sort dict", and "python" stays. Positions do not change. The filter must be before filters that split
 * words.
 */
public final class CodeQuestionFilter extends TokenFilter {

    /**
     * Names of languages that hardly mean anything else (not {@code go} or {@code swift}), and English function words that are
     * no keyword of a language (not {@code for} or {@code in}).
     */
    public static final List<String> DEFAULT_WORDS =
            List.of(("cpp csharp golang java javascript kotlin matlab perl php "
                            + "python python2 python3 ruby scala typescript "
                            + "a an are at be but does how it of on such that the their there these they to was what will")
                    .split(" "));

    private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
    private final PositionIncrementAttribute increment = addAttribute(PositionIncrementAttribute.class);
    private final CharArraySet words;
    /** Removed words at the beginning of the text, which are returned if the text has no other words. */
    private final Deque<State> leading = new ArrayDeque<>();

    private boolean othersToo;
    private boolean nothingElse;
    private int skipped;

    public CodeQuestionFilter(TokenStream input, CharArraySet words) {
        super(input);
        this.words = words;
    }

    @Override
    public boolean incrementToken() throws IOException {
        if (nothingElse) {
            return nextLeading();
        }
        skipped = 0;
        while (input.incrementToken()) {
            if (!words.contains(term.buffer(), 0, term.length())) {
                othersToo = true;
                leading.clear();
                increment.setPositionIncrement(increment.getPositionIncrement() + skipped);
                return true;
            }
            skipped += increment.getPositionIncrement();
            if (!othersToo) {
                leading.add(captureState());
            }
        }
        nothingElse = !othersToo;
        return nothingElse && nextLeading();
    }

    private boolean nextLeading() {
        if (leading.isEmpty()) {
            return false;
        }
        restoreState(leading.poll());
        return true;
    }

    @Override
    public void end() throws IOException {
        super.end();
        if (!nothingElse) {
            increment.setPositionIncrement(increment.getPositionIncrement() + skipped);
        }
    }

    @Override
    public void reset() throws IOException {
        super.reset();
        leading.clear();
        othersToo = false;
        nothingElse = false;
        skipped = 0;
    }
}
