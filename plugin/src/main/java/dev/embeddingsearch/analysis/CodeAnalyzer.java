/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.analysis;

import java.util.Collection;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.cjk.CJKBigramFilter;
import org.apache.lucene.analysis.cjk.CJKWidthFilter;
import org.apache.lucene.analysis.en.KStemFilter;

/**
 * Reads code and what is written about it: identifiers whole and in words, in lower case, lightly stemmed, Chinese,
 * Japanese and Korean in pairs of characters.
 */
public final class CodeAnalyzer extends Analyzer {

    private final boolean operators;
    private final IdentifierSplitting splitting;
    private final boolean stem;
    private final CharArraySet leftOut;

    /**
     * @param operators whether operators are words too
     * @param stem whether words, not names of several words, are brought to their stem
     * @param leftOut words to leave out where there are others, see {@link CodeQuestionFilter}; none for documents
     */
    public CodeAnalyzer(boolean operators, IdentifierSplitting splitting, boolean stem, Collection<String> leftOut) {
        this.operators = operators;
        this.splitting = splitting;
        this.stem = stem;
        this.leftOut = CharArraySet.unmodifiableSet(new CharArraySet(leftOut, true));
    }

    @Override
    protected TokenStreamComponents createComponents(String fieldName) {
        CodeTokenizer tokenizer = new CodeTokenizer(operators);
        TokenStream stream = new CJKWidthFilter(tokenizer);
        if (!leftOut.isEmpty()) {
            stream = new CodeQuestionFilter(stream, leftOut);
        }
        stream = new CodeIdentifierFilter(stream, splitting);
        stream = new LowerCaseFilter(stream);
        stream = new CJKBigramFilter(stream);
        return new TokenStreamComponents(tokenizer, stem ? new KStemFilter(stream) : stream);
    }

    @Override
    protected TokenStream normalize(String fieldName, TokenStream in) {
        return new LowerCaseFilter(new CJKWidthFilter(in));
    }
}
