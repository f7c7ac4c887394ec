// The peer of tests/benchmark/structure.py: walks the messages of a model as any reader must, and does nothing else.
#include <cstdint>

#include "io/wire.h"

namespace {

using shapecheck::WireReader;

enum class Message : std::uint8_t { model, graph, node, attribute, value_info, type, tensor_type, shape, leaf, bytes };

/// What a field of a message holds, by the numbers of onnx.proto.
Message content(Message message, std::uint32_t field) {
  switch (message) {
    case Message::model:
      return field == 7 ? Message::graph : field == 8 ? Message::leaf : Message::bytes;
    case Message::graph:
      if (field == 1) return Message::node;
      if (field == 5) return Message::leaf;
      return field >= 11 && field <= 13 ? Message::value_info : Message::bytes;
    case Message::node:
      return field == 5 ? Message::attribute : Message::bytes;
    case Message::attribute:
      return field == 5 ? Message::leaf : field == 6 ? Message::graph : Message::bytes;
    case Message::value_info:
      return field == 2 ? Message::type : Message::bytes;
    case Message::type:
      return field == 1 ? Message::tensor_type : Message::bytes;
    case Message::tensor_type:
      return field == 2 ? Message::shape : Message::bytes;
    case Message::shape:
      return field == 1 ? Message::leaf : Message::bytes;
    case Message::leaf:
    case Message::bytes:
      break;
  }
  return Message::bytes;
}

std::uint64_t walk(WireReader& in, Message message) {
  std::uint64_t fields = 0;
  WireReader::Field f;
  while (in.next(f)) {
    ++fields;
    const Message inner = f.type == WireReader::WireType::length ? content(message, f.number) : Message::bytes;
    if (inner == Message::bytes) {
      in.skip(f);
      continue;
    }
    const std::uint64_t outer = in.enter();
    fields += walk(in, inner);
    in.leave(outer);
  }
  return fields;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return 2;
  const auto file = shapecheck::File::open(arguments[1]);
  if (!file) return 2;
  WireReader in(*file);
  return walk(in, Message::model) > 0 && in.ok() ? 0 : 1;
}
