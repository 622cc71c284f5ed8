/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import dev.embeddingsearch.codeindexer.split.Cutter.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.treesitter.TSException;

/**
 * Splits files into pieces: by the grammar of their language where there is one, else by their lines. Together the pieces
 * have every non-blank character of the file. May be used by several threads.
 */
public final class Splitter {

    /** Characters of a piece at most, if nothing else is asked for: about a thousand tokens. */
    public static final int DEFAULT_LIMIT = 4_000;

    private static final int LEAST_LIMIT = 100;
    // A syntax tree takes many times the memory of its text, and files of this size are written by programs.
    private static final int LONGEST_TREE = 2_000_000;

    private final int limit;
    private final Map<Grammar, TreeParser> parsers = new ConcurrentHashMap<>();

    /**
     * A splitter with a limit of its own.
     *
     * @param limit how many characters a piece may have
     */
    public Splitter(int limit) {
        if (limit < LEAST_LIMIT) {
            throw new IllegalArgumentException(
                    "a piece has at least " + LEAST_LIMIT + " characters, got a limit of [" + limit + "]");
        }
        this.limit = limit;
    }

    /**
     * Splits a file.
     *
     * @param path from the folder that is indexed
     */
    public List<Piece> split(Language language, String path, String text) {
        if (language != Language.NOTEBOOK) {
            return split(new Origin(language, 0), path, Dialect.of(language, path, text));
        }
        List<Piece> pieces = new ArrayList<>();
        for (Notebook.Cell cell : Notebook.cells(text)) {
            Origin origin = new Origin(cell.language(), cell.number());
            pieces.addAll(split(origin, path, Dialect.ofCell(cell.language(), cell.text())));
        }
        return pieces;
    }

    private List<Piece> split(Origin origin, String path, Dialect dialect) {
        return Cutter.cut(origin, dialect.source(), outline(dialect, path), limit);
    }

    Outline outline(Dialect dialect, String path) {
        SourceText source = dialect.source();
        Declaration file = new Declaration(Kind.FILE, stem(path), "", "", "");
        if (source.length() <= LONGEST_TREE) {
            List<Grammar> grammars = Grammars.of(dialect.language());
            // Of several that know the language, one that reads it without errors.
            boolean faultless = grammars.size() > 1;
            for (Grammar grammar : grammars) {
                Optional<Outline> outline = parser(grammar)
                        .parse(
                                source,
                                faultless,
                                cursor -> new TreeOutliner(source, grammar, cursor, limit).outline(file, module(path)));
                if (outline.isPresent()) {
                    BlockOutliner.markHidden(source, outline.get().breaks());
                    return outline.get();
                }
            }
        }
        return BlockOutliner.outline(source, file);
    }

    private TreeParser parser(Grammar grammar) {
        return parsers.computeIfAbsent(grammar, known -> {
            try {
                return new TreeParser(known.language().get());
            } catch (TSException | LinkageError e) {
                throw new IllegalStateException("the native grammars do not start on this machine: " + e, e);
            }
        });
    }

    private static String stem(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    /** What a module is imported as: an index is known by the name of its folder. */
    private static String module(String path) {
        String stem = stem(path);
        int end = path.lastIndexOf('/');
        return stem.equals("index") && end > 0 ? path.substring(path.lastIndexOf('/', end - 1) + 1, end) : stem;
    }
}
