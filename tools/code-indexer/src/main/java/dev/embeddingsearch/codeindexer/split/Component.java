/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A file of Vue or Svelte: scripts between marks, in which the grammar reads the scripts alone. */
final class Component {

    private static final Pattern SCRIPT = Pattern.compile("<script(?=[\\s>])", Pattern.CASE_INSENSITIVE);
    private static final Pattern LANGUAGE = Pattern.compile("\\blang\\s*=\\s*[\"']?(\\w+)", Pattern.CASE_INSENSITIVE);
    private static final Pattern END = Pattern.compile("</script\\s*>", Pattern.CASE_INSENSITIVE);

    private Component() {}

    /** @param language without a grammar of its own, for files without a script */
    static Dialect dialect(Language language, String text) {
        List<Hidden> hidden = new ArrayList<>();
        Language grammar = null;
        int hiddenFrom = 0;
        Matcher script = SCRIPT.matcher(text);
        Matcher end = END.matcher(text);
        while (script.find(hiddenFrom)) {
            int body = tagEnd(text, script.end());
            if (!end.find(body)) {
                break;
            }
            grammar = grammar(text.substring(script.start(), body), grammar);
            hidden.add(new Hidden(hiddenFrom, body, false));
            hiddenFrom = end.start();
            if (hiddenFrom == text.length()) {
                break;
            }
        }
        hidden.add(new Hidden(hiddenFrom, text.length(), false));
        return grammar == null
                ? new Dialect(language, new SourceText(text))
                : new Dialect(grammar, new SourceText(text, List.copyOf(hidden)));
    }

    /** Behind the next {@code >} that is in no quotes. */
    private static int tagEnd(String text, int from) {
        char quote = 0;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == '>') {
                return i + 1;
            }
        }
        return text.length();
    }

    /** Of two scripts in a file the one with types decides: its grammar reads the other as well. */
    private static Language grammar(String tag, Language before) {
        Matcher matcher = LANGUAGE.matcher(tag);
        String name = matcher.find() ? matcher.group(1).toLowerCase(Locale.ROOT) : "js";
        Language own = switch (name) {
            case "ts", "typescript" -> Language.TYPESCRIPT;
            case "tsx" -> Language.TSX;
            default -> Language.JAVASCRIPT;
        };
        return before == null || before == Language.JAVASCRIPT ? own : before;
    }
}
