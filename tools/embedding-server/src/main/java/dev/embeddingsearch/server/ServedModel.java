/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.server;

/**
 * A model that requests can ask for, whether it is loaded or not.
 *
 * @param id the name by which requests ask for it
 * @param dimensions length of every vector it makes
 * @param window most tokens that it reads of a text, [CLS] and [SEP] included
 * @param pooling how a text's vector is made of those of its tokens
 * @param files what the names of its files on the class path begin with
 */
record ServedModel(String id, int dimensions, int window, Pooling pooling, String files) {

    String onnxFile() {
        return "/" + files + ".onnx";
    }

    String tokenizerFile() {
        return "/" + files + "-tokenizer.json";
    }
}
