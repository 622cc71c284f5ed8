/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.embeddingsearch.quickstart.corpus.JavaSplitter;
import dev.embeddingsearch.quickstart.corpus.JavaUnits;
import dev.embeddingsearch.quickstart.corpus.MarkdownSplitter;
import dev.embeddingsearch.quickstart.corpus.MethodUnit;
import dev.embeddingsearch.quickstart.corpus.TextUnit;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * What the quickstart indexes, as documents.
 *
 * @param code a library's methods
 * @param docs this project's documentation by section, and what the library says of its types
 */
record Corpus(List<JsonNode> code, List<JsonNode> docs) {

    static Corpus read(Path project, Path sourcesJar) throws IOException {
        ObjectMapper json = new ObjectMapper();
        List<MethodUnit> methods = new ArrayList<>();
        List<TextUnit> texts = new ArrayList<>();
        for (Path file : documentation(project)) {
            texts.addAll(MarkdownSplitter.split(project.relativize(file).toString(), Files.readString(file)));
        }
        for (JavaUnits units : sources(sourcesJar)) {
            methods.addAll(units.methods());
            texts.addAll(units.types());
        }
        return new Corpus(documents(json, methods), documents(json, texts));
    }

    private static List<JsonNode> documents(ObjectMapper json, List<?> units) {
        return units.stream().<JsonNode>map(json::valueToTree).toList();
    }

    private static List<Path> documentation(Path project) throws IOException {
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

    private static List<JavaUnits> sources(Path jar) throws IOException {
        List<JavaUnits> units = new ArrayList<>();
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                if (entry.getName().endsWith(".java")) {
                    try (InputStream content = zip.getInputStream(entry)) {
                        String source = new String(content.readAllBytes(), StandardCharsets.UTF_8);
                        units.add(JavaSplitter.split(entry.getName(), source));
                    }
                }
            }
        }
        return units;
    }
}
