/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Files with the constructs of each language, and what is expected of them. */
final class Samples {

    static final List<String> NAMES = List.of(
            "sample.java",
            "sample.py",
            "sample.js",
            "sample.ts",
            "sample.tsx",
            "sample.go",
            "sample.c",
            "sample.cpp",
            "sample.cs",
            "toplevel.cs",
            "sample.rs",
            "sample.rb",
            "sample.php",
            "sample.kt",
            "sample.scala",
            "sample.swift",
            "sample.lua",
            "sample.sh",
            "macros.cpp",
            "macros.c",
            "sample.cu",
            "components.tsx",
            "declarations.d.ts",
            "sample.vue",
            "sample.svelte",
            "sample.pyx");

    private Samples() {}

    static String text(String name) {
        try (InputStream file = Samples.class.getResourceAsStream(name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Language language(String name) {
        return Language.of(name).orElseThrow();
    }

    /** Each piece: a line that tells what it is, then its code. */
    static String print(List<Piece> pieces) {
        StringBuilder print = new StringBuilder();
        for (Piece piece : pieces) {
            Declaration declaration = piece.declaration();
            print.append("=== %s [%s] [%s] lines %s-%s%s%n"
                    .formatted(
                            declaration.kind().label(),
                            declaration.container(),
                            declaration.symbol(),
                            String.valueOf(piece.startLine()),
                            String.valueOf(piece.endLine()),
                            piece.part() == 1 ? "" : " part " + piece.part()));
            line(print, "signature", declaration.signature());
            line(print, "docstring", declaration.docstring().replace("\n", " / "));
            print.append(piece.code()).append('\n');
        }
        return print.toString();
    }

    private static void line(StringBuilder print, String name, String value) {
        if (!value.isEmpty()) {
            print.append("--- ").append(name).append(": ").append(value).append('\n');
        }
    }
}
