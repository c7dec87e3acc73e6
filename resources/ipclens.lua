-- Wireshark dissector for captures that ipclens saves (link type USER0). Use it with
--   wireshark -X lua_script:ipclens.lua capture.pcapng
-- or put it into Wireshark's folder of personal Lua plugins. The layout is described in core/traffic/capture_file.h.

local ipclens = Proto("ipclens", "Window message (ipclens)")

local kinds = { [0] = "WM_COPYDATA", [1] = "registered" }
local f = {
    version = ProtoField.uint8("ipclens.version", "Version"),
    kind = ProtoField.uint8("ipclens.kind", "Kind", base.DEC, kinds),
    null = ProtoField.bool("ipclens.null", "lpData was NULL", 16, nil, 1),
    number = ProtoField.uint64("ipclens.number", "Number"),
    pid = ProtoField.uint32("ipclens.sender.pid", "Sender's process (claimed)"),
    exe = ProtoField.string("ipclens.sender.exe", "Sender's program (claimed)"),
    window = ProtoField.uint64("ipclens.sender.window", "Sender window (claimed)", base.HEX),
    id = ProtoField.uint64("ipclens.data.id", "dwData"),
    message = ProtoField.uint64("ipclens.message.id", "Message number", base.HEX),
    name = ProtoField.string("ipclens.message.name", "Message name"),
    wparam = ProtoField.uint64("ipclens.wparam", "wParam", base.HEX),
    lparam = ProtoField.uint64("ipclens.lparam", "lParam", base.HEX),
    size = ProtoField.uint64("ipclens.size", "True size"),
    truncated = ProtoField.bool("ipclens.truncated", "Truncated"),
    payload = ProtoField.bytes("ipclens.payload", "Payload"),
}
ipclens.fields = f

local cut = ProtoExpert.new("ipclens.cut", "The message is cut short", expert.group.MALFORMED, expert.severity.ERROR)
ipclens.experts = { cut }

function ipclens.dissector(buffer, pinfo, tree)
    if buffer:captured_len() < 76 or buffer(0, 4):string() ~= "ipcm" then
        return 0
    end
    pinfo.cols.protocol = "IPC"
    local item = tree:add(ipclens, buffer())
    local registered = buffer(5, 1):uint() == 1
    local header = buffer(8, 4):le_uint()
    local exe_size = buffer(72, 2):le_uint()
    local name_size = buffer(74, 2):le_uint()
    item:add(f.version, buffer(4, 1))
    item:add(f.kind, buffer(5, 1))
    item:add_le(f.number, buffer(16, 8))
    if header > buffer:captured_len() or header < 76 + exe_size + name_size then
        item:add_proto_expert_info(cut)
        return buffer:captured_len()
    end
    item:add_le(f.pid, buffer(12, 4))
    if exe_size > 0 then
        item:add(f.exe, buffer(76, exe_size), buffer(76, exe_size):string(ENC_UTF_8))
    end
    item:add_le(f.window, buffer(24, 8))
    local what
    if registered then
        what = buffer(76 + exe_size, name_size):string(ENC_UTF_8)
        item:add_le(f.message, buffer(32, 8))
        if name_size > 0 then
            item:add(f.name, buffer(76 + exe_size, name_size), what)
        end
        item:add_le(f.wparam, buffer(40, 8))
        item:add_le(f.lparam, buffer(48, 8))
    else
        what = tostring(buffer(32, 8):le_uint64())
        item:add_le(f.id, buffer(32, 8))
        item:add_le(f.null, buffer(6, 2))
        item:add_le(f.size, buffer(56, 8))
        local kept = buffer:captured_len() - header
        local null = buffer(6, 2):le_uint() % 2 == 1
        item:add(f.truncated, buffer(56, 8), not null and UInt64(kept) < buffer(56, 8):le_uint64())
        if kept > 0 then
            item:add(f.payload, buffer(header, kept))
        end
    end
    pinfo.cols.src = exe_size > 0 and buffer(76, exe_size):string(ENC_UTF_8) or "unknown"
    pinfo.cols.info = kinds[buffer(5, 1):uint()] .. " " .. what
    return buffer:captured_len()
end

DissectorTable.get("wtap_encap"):add(wtap.USER0, ipclens)
