/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.evaluate;

import dev.embeddingsearch.codeindexer.search.Found;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A question with what answers it.
 *
 * @param answers declarations, each as {@code path#Container.name}; one of them is enough
 */
public record Judged(String question, Set<String> answers) {

    private static final char NAME_START = '#';

    public Judged {
        answers = Set.copyOf(answers);
    }

    /** Reads a file of lines: a question, and its answers, with tabs between. */
    public static List<Judged> read(Path file) throws IOException {
        List<Judged> judged = new ArrayList<>();
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            String[] cells = lines.get(i).split("\t");
            List<String> answers = List.of(cells).subList(1, cells.length);
            if (cells[0].isBlank() || answers.isEmpty() || !answers.stream().allMatch(Judged::isAnswer)) {
                throw new IllegalArgumentException(
                        "%s, line %s: expected a question, a tab, and an answer like src/a.py#Container.name, got [%s]"
                                .formatted(file, String.valueOf(i + 1), lines.get(i)));
            }
            judged.add(new Judged(cells[0], Set.copyOf(answers)));
        }
        if (judged.isEmpty()) {
            throw new IllegalArgumentException("%s has no question".formatted(file));
        }
        return judged;
    }

    private static boolean isAnswer(String text) {
        int split = text.indexOf(NAME_START);
        return split > 0 && split < text.length() - 1;
    }

    /** The rank of the first right one, from 1; 0 if none is right. */
    int rank(List<Found> found) {
        for (int i = 0; i < found.size(); i++) {
            if (answers.contains(found.get(i).path() + NAME_START + found.get(i).name())) {
                return i + 1;
            }
        }
        return 0;
    }
}
