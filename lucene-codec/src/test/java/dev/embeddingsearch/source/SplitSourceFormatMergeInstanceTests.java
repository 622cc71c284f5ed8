/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.source;

/** Lucene's suite for stored fields formats, on merge instances. */
public class SplitSourceFormatMergeInstanceTests extends SplitSourceFormatTests {

    @Override
    protected boolean shouldTestMergeInstance() {
        return true;
    }
}
