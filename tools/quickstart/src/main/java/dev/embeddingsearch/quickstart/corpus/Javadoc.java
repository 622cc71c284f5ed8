/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.corpus;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes prose of a Javadoc comment: its description without markup, code examples and block tags. */
final class Javadoc {

    private static final Pattern MARGIN = Pattern.compile("(?m)^[ \\t]*\\*+ ?");
    private static final Pattern BLOCK_TAGS = Pattern.compile("(?ms)^\\s*@\\w.*");
    private static final Pattern EXAMPLE = Pattern.compile("(?is)<pre\\b.*?</pre>");
    private static final Pattern INLINE_TAG = Pattern.compile("\\{@(\\w+)\\s*([^{}]*)}");
    private static final Pattern PARAGRAPH = Pattern.compile("(?i)</?(p|h[1-6]|ul|ol|li|table|tr|div|br)\\b[^>]*>");
    private static final Pattern MARKUP = Pattern.compile("</?[A-Za-z][^>]*>");
    private static final Pattern ENTITY = Pattern.compile("&(#?\\w+);");
    private static final Map<String, String> ENTITIES =
            Map.of("lt", "<", "gt", ">", "amp", "&", "quot", "\"", "nbsp", " ", "apos", "'");

    private Javadoc() {}

    static String text(String comment) {
        if (comment.isEmpty()) {
            return "";
        }
        String inside = comment.substring("/**".length(), comment.length() - "*/".length());
        String text = BLOCK_TAGS.matcher(MARGIN.matcher(inside).replaceAll("")).replaceFirst("");
        text = inlineTags(EXAMPLE.matcher(text).replaceAll(" "));
        text = MARKUP.matcher(PARAGRAPH.matcher(text).replaceAll("\n\n")).replaceAll("");
        return paragraphs(entities(text));
    }

    private static String inlineTags(String text) {
        String replaced = text;
        Matcher matcher = INLINE_TAG.matcher(replaced);
        // From the inside out: {@code} may stand within {@link}.
        while (matcher.find()) {
            replaced = matcher.replaceAll(tag -> Matcher.quoteReplacement(inlineTag(tag.group(1), tag.group(2))));
            matcher = INLINE_TAG.matcher(replaced);
        }
        return replaced;
    }

    private static String inlineTag(String name, String content) {
        if (!name.startsWith("link")) {
            return content;
        }
        String target = content.strip();
        int label = target.indexOf(' ', target.indexOf(')') + 1);
        String shown = label < 0 ? target : target.substring(label + 1).strip();
        return shown.startsWith("#") ? shown.substring(1) : shown.replace('#', '.');
    }

    private static String entities(String text) {
        return ENTITY.matcher(text)
                .replaceAll(entity -> Matcher.quoteReplacement(entity(entity.group(1), entity.group())));
    }

    private static String entity(String name, String written) {
        if (name.matches("#\\d{1,6}")) {
            return Character.toString(Integer.parseInt(name.substring(1)));
        }
        return ENTITIES.getOrDefault(name, written);
    }

    /** One line a paragraph. */
    private static String paragraphs(String text) {
        return text.strip()
                .replaceAll("[ \\t]*\\n[ \\t]*\\n\\s*", "\0")
                .replaceAll("\\s+", " ")
                .replaceAll(" *\0 *", "\n");
    }
}
