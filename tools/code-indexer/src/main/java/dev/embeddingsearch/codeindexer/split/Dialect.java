/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text as its grammar has to read it.
 *
 * @param language whose grammar reads it
 * @param source with what that grammar passes over
 */
record Dialect(Language language, SourceText source) {

    private static final Pattern CPP =
            Pattern.compile("\\b(?:class\\s+\\w|namespace\\b|template\\s*<|public:|private:|protected:)");
    // The grammar takes an interface of one function for a function of that name.
    private static final Pattern FUNCTIONAL = Pattern.compile("\\bfun(?=\\s+interface\\s)");
    // Where on the device a kernel is started.
    private static final Pattern LAUNCH = Pattern.compile("<<<[^;{}]{0,400}?>>>");
    // Commands to the notebook or the shell among the statements of a cell.
    private static final Pattern MAGIC = Pattern.compile("^[ \\t]*+[%!][^\\n]*", Pattern.MULTILINE);

    static Dialect of(Language language, String path, String text) {
        return switch (language) {
            case C -> {
                // Headers of C are C++ if they look like it.
                boolean cpp = path.endsWith(".h") && CPP.matcher(text).find();
                yield new Dialect(cpp ? Language.CPP : Language.C, new SourceText(text, Macros.of(text)));
            }
            case CPP -> new Dialect(Language.CPP, new SourceText(text, Macros.of(text)));
            case CUDA -> cuda(text);
            case KOTLIN -> new Dialect(Language.KOTLIN, new SourceText(text, all(FUNCTIONAL, text, true)));
            case VUE, SVELTE -> Component.dialect(language, text);
            default -> new Dialect(language, new SourceText(text));
        };
    }

    /** One cell of a notebook. */
    static Dialect ofCell(Language language, String text) {
        return new Dialect(
                language, new SourceText(text, language == Language.PYTHON ? all(MAGIC, text, false) : List.of()));
    }

    private static Dialect cuda(String text) {
        // Blanks for the launches first, so that no macro is found in them.
        SourceText plain = new SourceText(text, all(LAUNCH, text, false));
        List<Hidden> hidden = new ArrayList<>(plain.hidden());
        hidden.addAll(Macros.of(plain.parsed()));
        hidden.sort((a, b) -> Integer.compare(a.start(), b.start()));
        return new Dialect(Language.CPP, new SourceText(text, List.copyOf(hidden)));
    }

    private static List<Hidden> all(Pattern pattern, String text, boolean attribute) {
        List<Hidden> hidden = new ArrayList<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            hidden.add(new Hidden(matcher.start(), matcher.end(), attribute));
        }
        return hidden;
    }
}
