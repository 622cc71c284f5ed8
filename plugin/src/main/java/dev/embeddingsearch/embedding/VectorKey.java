/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.model.EmbeddingModel;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.function.Function;
import org.opensearch.common.hash.MessageDigests;

/**
 * Names a vector by all that decides over its numbers: SHA-256 of where it comes from (URL, provider, API version, the
 * id that is sent for the side), what is asked (dimensions sent, expected and wanted, further parameters), what is done to the text before it
 * is sent (length of the prefix, newlines, most tokens and how they are counted, cut or refused), and the prefix with
 * the text.
 *
 * <p>Each part but the last is written with its length or in a fixed number of bytes, so two requests that differ in any
 * part differ in what is hashed, wherever one part ends and the next begins. They could share a name only if SHA-256 collided, and
 * nobody can make it collide. Texts that differ only in broken surrogates share one, as they are sent as the same bytes.
 * The name of the model, the side and the kind of text count only by what follows from them, so that ingest and search
 * share the vector of the same text wherever the service would be sent the same.
 */
record VectorKey(long a, long b, long c, long d) {

    /** Names the vectors of one request's texts. */
    static Function<String, VectorKey> of(EmbeddingModel model, EmbeddingRequest request) {
        byte[] head = head(model, request);
        String prefix = model.prefixes().of(request.side());
        return text -> {
            MessageDigest sha = MessageDigests.sha256();
            sha.update(head);
            ByteBuffer hash = ByteBuffer.wrap(sha.digest((prefix + text).getBytes(StandardCharsets.UTF_8)));
            return new VectorKey(hash.getLong(), hash.getLong(), hash.getLong(), hash.getLong());
        };
    }

    private static byte[] head(EmbeddingModel model, EmbeddingRequest request) {
        VectorShape shape = VectorShape.of(model, request.dimensions());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            write(out, model.url());
            write(out, model.endpoint().provider().toString());
            write(out, model.endpoint().apiVersion());
            write(out, model.modelId(request.side()));
            out.writeInt(shape.sent());
            out.writeInt(shape.expected());
            out.writeInt(shape.wanted());
            out.writeInt(model.prefixes().of(request.side()).length());
            out.writeBoolean(model.replacesNewlines(request.inputType()));
            out.writeInt(model.limits().inputTokens());
            out.writeBoolean(model.limits().truncate());
            write(out, model.tokenizer());
            for (Map.Entry<String, Object> parameter :
                    model.endpoint().format().parameters(request.side()).entrySet()) {
                write(out, parameter.getKey());
                write(out, parameter.getValue().toString());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to memory", e);
        }
        return bytes.toByteArray();
    }

    private static void write(DataOutputStream out, String part) throws IOException {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }
}
