/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.walk;

import dev.embeddingsearch.codeindexer.split.Language;
import dev.embeddingsearch.codeindexer.split.Notebook;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/** Reads files as text, unless they are what nobody wrote by hand. */
public final class Reader {

    /** Bytes of a file at most, if nothing else is asked for. */
    public static final int DEFAULT_MOST_BYTES = 2_000_000;

    private final int mostBytes;
    private final boolean keepsGenerated;
    private final Skipped skipped;

    /** @param keepsGenerated whether to read what programs wrote as well */
    public Reader(int mostBytes, boolean keepsGenerated, Skipped skipped) {
        this.mostBytes = mostBytes;
        this.keepsGenerated = keepsGenerated;
        this.skipped = skipped;
    }

    /** A file's text, or nothing and the reason reported. */
    public Optional<String> read(SourceFile source) {
        byte[] bytes;
        try (InputStream file = Files.newInputStream(source.file())) {
            bytes = file.readNBytes(mostBytes + 1);
        } catch (NoSuchFileException e) {
            return leaveOut(Skip.GONE, source);
        } catch (IOException e) {
            return leaveOut(Skip.UNREADABLE, source);
        }
        if (bytes.length > mostBytes) {
            return leaveOut(Skip.TOO_LARGE, source);
        }
        Optional<Charset> marked = byteOrderMark(bytes);
        if (marked.isEmpty() && Content.isBinary(bytes)) {
            return leaveOut(Skip.BINARY, source);
        }
        String text = marked.isPresent() ? new String(bytes, marked.get()) : decode(bytes, source);
        return checked(text.startsWith("\ufeff") ? text.substring(1) : text, source);
    }

    private Optional<String> checked(String text, SourceFile source) {
        if (source.language() == Language.NOTEBOOK) {
            return Notebook.isOne(text) ? Optional.of(text) : leaveOut(Skip.UNREADABLE, source);
        }
        if (!keepsGenerated && GeneratedMarks.isIn(text)) {
            return leaveOut(Skip.GENERATED, source);
        }
        if (!keepsGenerated && Content.isMinified(source.path(), text)) {
            return leaveOut(Skip.MINIFIED, source);
        }
        return Optional.of(text);
    }

    private Optional<String> leaveOut(Skip reason, SourceFile source) {
        skipped.add(reason, source.path());
        return Optional.empty();
    }

    private static Optional<Charset> byteOrderMark(byte[] bytes) {
        if (bytes.length < 2) {
            return Optional.empty();
        }
        int mark = ((bytes[0] & 0xff) << 8) | (bytes[1] & 0xff);
        return switch (mark) {
            case 0xfeff -> Optional.of(StandardCharsets.UTF_16BE);
            case 0xfffe -> Optional.of(StandardCharsets.UTF_16LE);
            default -> Optional.empty();
        };
    }

    private String decode(byte[] bytes, SourceFile source) {
        Utf8 text = Utf8.decode(bytes);
        if (text.faults() > 0) {
            skipped.add(Skip.NOT_UTF8, source.path());
        }
        return text.text();
    }
}
