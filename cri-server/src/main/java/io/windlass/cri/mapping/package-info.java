/** Wire messages to domain records and back; nothing else in the project knows both. */
@NullMarked
package io.windlass.cri.mapping;

import org.jspecify.annotations.NullMarked;
