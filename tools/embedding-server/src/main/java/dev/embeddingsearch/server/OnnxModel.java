/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.server;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Map;

/**
 * all-MiniLM-L6-v2 with 8-bit weights, from langchain4j's model artifact, on ONNX Runtime.
 *
 * <p>It drives the runtime itself, for three reasons. langchain4j's own encoder cuts every text at 128 tokens without a
 * word, half the window the model was trained for. It tokenises each text two or three times. And it leaves each run to
 * as many threads as there are cores, which is slower than one thread a run with several runs side by side.
 *
 * <p>The window is {@value #WINDOW} tokens, [CLS] and [SEP] included: what follows in a longer text is not read. Each
 * text is a run of its own, never a row in a batch: the weights' activations are quantised by the range of the whole
 * input, so in a batch a text's vector would depend on its neighbours (cosine down to .97 with itself).
 */
final class MiniLmModel implements EmbeddingModel, AutoCloseable {
    static final String ID = "all-minilm-l6-v2";
    static final int DIMENSIONS = 384;
    static final int WINDOW = 256;
    /** A window of text never spans this much; tokenising megabytes to keep 254 tokens would take seconds. */
    private static final int MAX_CHARS = 100_000;

    private static final int SPECIAL_TOKENS = 2;
    private static final String RESOURCE = "/all-minilm-l6-v2-q";

    private final OrtEnvironment environment;
    private final OrtSession session;
    private final HuggingFaceTokenizer tokenizer;

    private MiniLmModel(OrtEnvironment environment, OrtSession session, HuggingFaceTokenizer tokenizer) {
        this.environment = environment;
        this.session = session;
        this.tokenizer = tokenizer;
    }

    /** Reads model and tokenizer from the class path. */
    static MiniLmModel load() throws IOException {
        // Without this the tokenizer's library reports its start to its makers on some hosts, and may download natives.
        System.setProperty("ai.djl.offline", "true");
        HuggingFaceTokenizer tokenizer = loadTokenizer();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            OrtEnvironment environment = OrtEnvironment.getEnvironment();
            environment.setTelemetry(false);
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            return new MiniLmModel(environment, loadSession(environment, options), tokenizer);
        } catch (OrtException e) {
            throw new IOException("ONNX Runtime refuses the model: " + e.getMessage(), e);
        }
    }

    private static HuggingFaceTokenizer loadTokenizer() throws IOException {
        try (InputStream json = resource("-tokenizer.json")) {
            return HuggingFaceTokenizer.newInstance(
                    json, Map.of("padding", "false", "truncation", "true", "maxLength", Integer.toString(WINDOW)));
        }
    }

    private static OrtSession loadSession(OrtEnvironment environment, OrtSession.SessionOptions options)
            throws IOException, OrtException {
        try (InputStream onnx = resource(".onnx")) {
            return environment.createSession(onnx.readAllBytes(), options);
        }
    }

    private static InputStream resource(String suffix) throws IOException {
        InputStream stream = MiniLmModel.class.getResourceAsStream(RESOURCE + suffix);
        if (stream == null) {
            throw new IOException("the class path lacks the model's file [" + RESOURCE + suffix + "]");
        }
        return stream;
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public int dimensions() {
        return DIMENSIONS;
    }

    @Override
    public Embedded embed(String text) {
        Encoding encoding = tokenizer.encode(text.substring(0, Math.min(text.length(), MAX_CHARS)));
        int tokens = encoding.getIds().length;
        try {
            return new Embedded(Vectors.unit(sum(encoding, tokens)), tokens - SPECIAL_TOKENS);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime failed on a text of " + tokens + " tokens", e);
        }
    }

    /** Sum of the tokens' vectors: the same direction as their mean, which is the text's vector. */
    private float[] sum(Encoding encoding, int tokens) throws OrtException {
        try (OnnxTensor ids = row(encoding.getIds());
                OnnxTensor mask = row(encoding.getAttentionMask());
                OnnxTensor types = row(encoding.getTypeIds());
                OrtSession.Result result =
                        session.run(Map.of("input_ids", ids, "attention_mask", mask, "token_type_ids", types))) {
            FloatBuffer values = ((OnnxTensor) result.get(0)).getFloatBuffer();
            float[] sum = new float[DIMENSIONS];
            for (int i = 0; i < tokens * DIMENSIONS; i++) {
                sum[i % DIMENSIONS] += values.get(i);
            }
            return sum;
        }
    }

    private OnnxTensor row(long[] values) throws OrtException {
        return OnnxTensor.createTensor(environment, LongBuffer.wrap(values), new long[] {1, values.length});
    }

    @Override
    public void close() {
        tokenizer.close();
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime cannot close the model", e);
        }
    }
}
