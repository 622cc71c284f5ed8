/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.search;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A question that is a name and nothing else: {@code shuffle}, {@code ArrayUtils.shuffle}, {@code Vec::push}.
 *
 * @param owner what stands before it, or empty
 */
record Name(String symbol, String owner) {

    private static final Pattern NAME = Pattern.compile("(?:([\\p{L}_$][\\p{L}\\p{N}_$.:]*)(?:\\.|::|#|->))?"
            + "([~#]?[\\p{L}_$][\\p{L}\\p{N}_$]*[?!]?)(?:\\(\\))?");

    static Optional<Name> of(String text) {
        Matcher matcher = NAME.matcher(text.strip());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String owner = matcher.group(1) == null ? "" : matcher.group(1).replace("::", ".");
        return Optional.of(new Name(matcher.group(2), owner));
    }
}
