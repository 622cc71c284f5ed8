/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.embeddingsearch.quickstart.corpus.MarkdownSplitter;
import dev.embeddingsearch.quickstart.corpus.TextUnit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** This project's documentation, a document a section. */
final class Corpus {

    private Corpus() {}

    static List<JsonNode> read(Path project) throws IOException {
        List<TextUnit> texts = new ArrayList<>();
        for (Path file : files(project)) {
            texts.addAll(MarkdownSplitter.split(project.relativize(file).toString(), Files.readString(file)));
        }
        ObjectMapper json = new ObjectMapper();
        return texts.stream().<JsonNode>map(json::valueToTree).toList();
    }

    private static List<Path> files(Path project) throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path folder : List.of(project, project.resolve("docs"))) {
            if (Files.isDirectory(folder)) {
                try (Stream<Path> list = Files.list(folder)) {
                    list.filter(file -> file.toString().endsWith(".md"))
                            .sorted()
                            .forEach(files::add);
                }
            }
        }
        return files;
    }
}
