/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Cuts the head of a declaration from its body. */
final class Signatures {

    private static final int MOST = 400;
    private static final int EARLY = 16;

    private static final Set<String> BODIES = Set.of("class_body", "enum_class_body", "function_body");
    private static final Pattern BLANKS = Pattern.compile("\\s+");
    private static final Pattern END = Pattern.compile("\\s*(?:\\{|=>|=|:|;|,)\\s*$");

    private Signatures() {}

    static Optional<Syntax> body(Syntax node) {
        return node.field("body")
                .or(() -> node.firstChildren(EARLY).stream()
                        .filter(child -> BODIES.contains(child.type()))
                        .findFirst());
    }
    /** The head of a declaration whose body was not found. */
    static String ofWhole(String declaration) {
        int brace = declaration.indexOf('{');
        return of(brace > 0 ? declaration.substring(0, brace) : declaration);
    }

    /** On one line, without what opens the body. */
    static String of(String head) {
        String line = BLANKS.matcher(head.strip()).replaceAll(" ");
        String bare = END.matcher(line).replaceFirst("");
        return bare.length() > MOST ? bare.substring(0, MOST) : bare;
    }
}
