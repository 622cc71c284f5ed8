/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.relevance;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The name of the function that a text is, read off its beginning: no grammar, for texts of any language. */
final class FunctionName {

    // "def f", "function f", "func f" and "func (receiver) f"; else what stands before the first parenthesis.
    private static final Pattern DECLARED =
            Pattern.compile("\\b(?:def|function|func)\\s+(?:\\([^)]*\\)\\s*)?(?:self\\s*\\.\\s*)?([\\w$]+[?!=]?)");
    private static final Pattern CALLED = Pattern.compile("(?<!@)(?<!@\\s)\\b([\\w$]+)\\s*\\(");

    private FunctionName() {}

    /** Empty if nothing looks like one. */
    static String in(String text) {
        Matcher declared = DECLARED.matcher(text);
        if (declared.find()) {
            return declared.group(1);
        }
        Matcher called = CALLED.matcher(text);
        return called.find() ? called.group(1) : "";
    }
}
