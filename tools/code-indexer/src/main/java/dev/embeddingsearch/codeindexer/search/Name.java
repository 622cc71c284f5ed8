/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.search;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A question that is a name and nothing else: {@code shuffle}, {@code ArrayUtils.shuffle}, {@code Vec::push}, or an
 * operator: {@code <=>}, {@code Version#<=>}, {@code operator ==}.
 *
 * @param owner what stands before it, or empty
 */
record Name(String symbol, String owner) {

    private static final String OPERATOR = "operator";
    private static final String SYMBOLS = "[-+*/%<>=!&|^~?@$:.`\\[\\]()]+";
    private static final Pattern NAME = Pattern.compile("(?:([\\p{L}_$@][\\p{L}\\p{N}_$.:/@-]*)(?:\\.|::|#|->))?(?:"
            // An operator of C++, C# or Dart, also of conversion: operator bool.
            + "(operator\\s*(?:" + SYMBOLS + "|\"\"\\s*\\w+)|operator\\s+[\\p{L}_:<>*& ]+)"
            + "|(" + SYMBOLS + "|this\\[]|\\[[\\p{L}_$][\\p{L}\\p{N}_$.]*])"
            + "|([~#]?[\\p{L}_$][\\p{L}\\p{N}_$]*(?:[?!=]|(?<=_)[-+~])?)(?:\\(\\))?)");
    private static final Pattern BLANKS = Pattern.compile("(?<=\\W)\\s+|\\s+(?=\\W)");
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}_]");

    static Optional<Name> of(String text) {
        Matcher matcher = NAME.matcher(text.strip());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String owner = matcher.group(1) == null ? "" : matcher.group(1).replace("::", ".");
        if (matcher.group(2) != null) {
            return Optional.of(new Name(BLANKS.matcher(matcher.group(2)).replaceAll(""), owner));
        }
        return Optional.of(new Name(matcher.group(3) == null ? matcher.group(4) : matcher.group(3), owner));
    }

    /** Whether no word of it can be searched for. */
    boolean isSymbolic() {
        return !WORD.matcher(symbol).find();
    }

    /** What it is called in the index: an operator has the word before it in some languages and not in others. */
    List<String> spellings() {
        if (isSymbolic()) {
            return List.of(symbol, OPERATOR + symbol);
        }
        boolean operator = symbol.startsWith(OPERATOR)
                && symbol.length() > OPERATOR.length()
                && !WORD.matcher(symbol.substring(OPERATOR.length())).find();
        return operator ? List.of(symbol, symbol.substring(OPERATOR.length())) : List.of(symbol);
    }
}
