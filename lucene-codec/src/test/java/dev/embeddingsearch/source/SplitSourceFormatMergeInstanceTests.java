/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.source;

/** Everything that stored fields must do when they are read in sequence. */
public class SplitSourceFormatMergeInstanceTests extends SplitSourceFormatTests {

    @Override
    protected boolean shouldTestMergeInstance() {
        return true;
    }
}
