/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.index;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embeddingsearch.codeindexer.split.Declaration;
import dev.embeddingsearch.codeindexer.split.Piece;
import dev.embeddingsearch.codeindexer.walk.SourceFile;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A piece as the index has it.
 *
 * @param id made of all that is searched for or embedded, but not of the place in the file: text that only moves, or that
 *     the index has already, is not embedded again
 */
record CodeDocument(String id, SourceFile file, Piece piece) {

    private static final int ID_BYTES = 18;
    private static final int LONGEST_SUMMARY = 300;

    /** The documents of one file. */
    static List<CodeDocument> of(String repository, SourceFile file, List<Piece> pieces) {
        Map<String, Integer> seen = new HashMap<>();
        List<CodeDocument> documents = new ArrayList<>();
        for (Piece piece : pieces) {
            String hash = hash(repository, file, piece);
            // The same text twice in a file makes two documents.
            int before = seen.merge(hash, 1, Integer::sum) - 1;
            documents.add(new CodeDocument(before == 0 ? hash : hash + "-" + before, file, piece));
        }
        return documents;
    }

    private static String hash(String repository, SourceFile file, Piece piece) {
        Declaration declaration = piece.declaration();
        MessageDigest digest = sha256();
        for (String part : new String[] {
            repository,
            file.path(),
            piece.language().label(),
            declaration.kind().label(),
            declaration.symbol(),
            declaration.container(),
            declaration.signature(),
            declaration.docstring(),
            Integer.toString(piece.part()),
            piece.code()
        }) {
            digest.update(part.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
        }
        byte[] id = new byte[ID_BYTES];
        System.arraycopy(digest.digest(), 0, id, 0, ID_BYTES);
        return Base64.getUrlEncoder().encodeToString(id);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has it", e);
        }
    }

    Place place() {
        return new Place(file.path(), piece.cell(), piece.startLine(), piece.endLine());
    }

    /** What a later part of a long declaration does not say itself: what it is a part of. */
    String context() {
        Declaration declaration = piece.declaration();
        if (piece.part() == 1) {
            return "";
        }
        String words = declaration.docstring();
        String summary = words.length() > LONGEST_SUMMARY ? words.substring(0, LONGEST_SUMMARY) : words;
        return (declaration.signature() + "\n" + summary).strip();
    }

    /** What the field {@code meaning} of the index is made from. */
    String embeddedText() {
        StringBuilder text = new StringBuilder(file.path());
        for (String part : List.of(piece.declaration().container(), context(), piece.code())) {
            if (!part.isEmpty()) {
                text.append('\n').append(part);
            }
        }
        return text.toString();
    }

    ObjectNode json(ObjectMapper mapper, Revision revision) {
        Declaration declaration = piece.declaration();
        ObjectNode json = mapper.createObjectNode();
        put(json, "repository", revision.repository());
        put(json, "commit", revision.commit());
        put(json, "path", file.path());
        put(json, "language", piece.language().label());
        put(json, "kind", declaration.kind().label());
        put(json, "symbol", declaration.symbol());
        put(json, "container", declaration.container());
        put(json, "signature", declaration.signature());
        put(json, "docstring", declaration.docstring());
        put(json, "context", context());
        put(json, "code", piece.code());
        json.put("part", piece.part());
        place().write(json);
        return json;
    }

    private static void put(ObjectNode json, String field, String value) {
        if (!value.isEmpty()) {
            json.put(field, value);
        }
    }
}
