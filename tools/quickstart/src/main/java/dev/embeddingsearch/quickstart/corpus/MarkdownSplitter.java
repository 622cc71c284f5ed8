/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.corpus;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Splits Markdown at its headings; a heading without text below it gives no document. */
public final class MarkdownSplitter {

    private static final Pattern HEADING = Pattern.compile("#{1,6}\\s+(.*?)\\s*#*\\s*");
    private static final Pattern FENCE = Pattern.compile("\\s{0,3}(```|~~~).*");

    private final String path;
    private final List<TextUnit> units = new ArrayList<>();
    private final StringBuilder body = new StringBuilder();
    private String title;
    private String fence = "";

    private MarkdownSplitter(String path) {
        this.path = path;
        this.title = path;
    }

    /**
     * The sections of a file, in order.
     *
     * @param path names what precedes the first heading
     */
    public static List<TextUnit> split(String path, String markdown) {
        MarkdownSplitter splitter = new MarkdownSplitter(path);
        markdown.lines().forEach(splitter::line);
        splitter.endSection();
        return splitter.units;
    }

    private void line(String line) {
        Matcher heading = HEADING.matcher(line);
        if (fence.isEmpty() && heading.matches()) {
            endSection();
            title = heading.group(1);
            return;
        }
        Matcher mark = FENCE.matcher(line);
        if (mark.matches() && (fence.isEmpty() || fence.equals(mark.group(1)))) {
            fence = fence.isEmpty() ? mark.group(1) : "";
        }
        body.append(line).append('\n');
    }

    private void endSection() {
        String text = body.toString().strip();
        if (!text.isEmpty()) {
            units.add(new TextUnit(path, title, text));
        }
        body.setLength(0);
    }
}
