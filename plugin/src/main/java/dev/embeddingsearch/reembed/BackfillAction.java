/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.reembed;

import dev.embeddingsearch.wire.WireParts;
import org.opensearch.action.ActionType;

/** Embeds the documents of some indices that are marked as pending. */
public final class BackfillAction extends ActionType<BackfillResponse> {

    /** The permission of those who write documents covers it. */
    public static final String NAME = "indices:data/write/embedding/backfill";

    public static final BackfillAction INSTANCE = new BackfillAction();

    private BackfillAction() {
        super(NAME, WireParts.skippingRest(BackfillResponse::new));
    }
}
