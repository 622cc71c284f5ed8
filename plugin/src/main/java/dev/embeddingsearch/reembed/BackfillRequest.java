/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.reembed;

import dev.embeddingsearch.wire.WireParts;
import java.io.IOException;
import java.util.Map;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.action.IndicesRequest;
import org.opensearch.action.ValidateActions;
import org.opensearch.action.support.IndicesOptions;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.tasks.Task;

/** Requests a backfill of some indices. */
public final class BackfillRequest extends ActionRequest implements IndicesRequest.Replaceable {

    static final int DEFAULT_BATCH = 500;
    static final int MAX_BATCH = 10_000;
    static final int ALL = -1;
    static final float UNLIMITED = -1;

    private static final String SCOPE = "scope";

    private static final IndicesOptions OPTIONS = IndicesOptions.strictExpandOpenAndForbidClosed();

    /**
     * The size and the pace of a backfill.
     *
     * @param batchSize documents read, embedded and written together
     * @param size most documents to try, or {@link #ALL}
     * @param documentsPerSecond or {@link #UNLIMITED}
     */
    public record Extent(int batchSize, int size, float documentsPerSecond) {}

    /** The documents that a backfill reads. */
    public enum Scope {
        /** Those with a mark. */
        MARKED,
        /** All: existing vectors are made again, and replaced where they differ. */
        ALL
    }

    private final Extent extent;
    private final Scope scope;
    private final boolean storeResult;
    private String[] indices;

    private BackfillRequest(Builder builder) {
        this.indices = builder.indices;
        this.extent = builder.extent;
        this.scope = builder.scope;
        this.storeResult = builder.storeResult;
    }

    /** A request for all marked documents of some indices, as fast as the service allows. */
    public static Builder of(String... indices) {
        return new Builder(indices, new Extent(DEFAULT_BATCH, ALL, UNLIMITED), Scope.MARKED, false);
    }

    /**
     * Builds a request.
     *
     * @param storeResult whether the outcome is kept in the index of task results
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Builder(String[] indices, Extent extent, Scope scope, boolean storeResult) {
        public Builder batchSize(int documents) {
            return with(new Extent(documents, extent.size(), extent.documentsPerSecond()));
        }

        public Builder size(int documents) {
            return with(new Extent(extent.batchSize(), documents, extent.documentsPerSecond()));
        }

        public Builder documentsPerSecond(float documents) {
            return with(new Extent(extent.batchSize(), extent.size(), documents));
        }

        public Builder storeResult(boolean store) {
            return new Builder(indices, extent, scope, store);
        }

        public Builder scope(Scope documents) {
            return new Builder(indices, extent, documents, storeResult);
        }

        private Builder with(Extent other) {
            return new Builder(indices, other, scope, storeResult);
        }

        public BackfillRequest build() {
            return new BackfillRequest(this);
        }
    }

    BackfillRequest(StreamInput in) throws IOException {
        super(in);
        this.indices = in.readStringArray();
        this.extent = new Extent(in.readVInt(), in.readInt(), in.readFloat());
        this.storeResult = in.readBoolean();
        this.scope = WireParts.readRest(in).get(SCOPE, part -> part.readEnum(Scope.class), Scope.MARKED);
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        super.writeTo(out);
        out.writeStringArray(indices);
        out.writeVInt(extent.batchSize());
        out.writeInt(extent.size());
        out.writeFloat(extent.documentsPerSecond());
        out.writeBoolean(storeResult);
        WireParts parts = new WireParts();
        if (scope != Scope.MARKED) {
            parts.add(out, SCOPE, part -> part.writeEnum(scope));
        }
        parts.writeRest(out);
    }

    @Override
    public ActionRequestValidationException validate() {
        ActionRequestValidationException found = null;
        if (extent.batchSize() < 1 || extent.batchSize() > MAX_BATCH) {
            found = ValidateActions.addValidationError(
                    "[batch_size] expects 1 to " + MAX_BATCH + ", got [" + extent.batchSize() + "]", found);
        }
        if (extent.size() < 1 && extent.size() != ALL) {
            found = ValidateActions.addValidationError(
                    "[size] expects at least 1, or -1 for all, got [" + extent.size() + "]", found);
        }
        float pace = extent.documentsPerSecond();
        if (!(pace > 0) && pace != UNLIMITED) {
            found = ValidateActions.addValidationError(
                    "[documents_per_second] expects more than 0, or -1 for no limit, got [" + pace + "]", found);
        }
        return found;
    }

    Extent extent() {
        return extent;
    }

    Scope scope() {
        return scope;
    }

    @Override
    public String[] indices() {
        return indices.clone();
    }

    @Override
    public IndicesRequest indices(String... replaced) {
        indices = replaced;
        return this;
    }

    @Override
    public IndicesOptions indicesOptions() {
        return OPTIONS;
    }

    @Override
    public boolean includeDataStreams() {
        return true;
    }

    @Override
    public boolean getShouldStoreResult() {
        return storeResult;
    }

    @Override
    public String getDescription() {
        return "backfill of " + String.join(",", indices);
    }

    @Override
    public Task createTask(long id, String type, String action, TaskId parent, Map<String, String> headers) {
        return new BackfillTask(id, type, action, getDescription(), parent, headers);
    }
}
