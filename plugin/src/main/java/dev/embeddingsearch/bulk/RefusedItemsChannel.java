/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.bulk;

import java.io.IOException;
import java.util.Optional;
import org.opensearch.Version;
import org.opensearch.action.bulk.BulkShardResponse;
import org.opensearch.core.transport.TransportResponse;
import org.opensearch.transport.TransportChannel;

/** Adds the failures of {@link RefusedItems} to the response that it sends. */
public final class RefusedItemsChannel implements TransportChannel {

    private final TransportChannel channel;
    private final RefusedItems refused;

    public RefusedItemsChannel(TransportChannel channel, RefusedItems refused) {
        this.channel = channel;
        this.refused = refused;
    }

    @Override
    public void sendResponse(TransportResponse response) throws IOException {
        channel.sendResponse(refused.join((BulkShardResponse) response));
    }

    @Override
    public void sendResponse(Exception exception) throws IOException {
        channel.sendResponse(exception);
    }

    @Override
    public String getProfileName() {
        return channel.getProfileName();
    }

    @Override
    public String getChannelType() {
        return channel.getChannelType();
    }

    @Override
    public Version getVersion() {
        return channel.getVersion();
    }

    @Override
    public <T> Optional<T> get(String name, Class<T> type) {
        return channel.get(name, type);
    }
}
