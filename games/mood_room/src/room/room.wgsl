// The room of `mood_room`: perspective in the vertex shader, light per pixel.
//
// Space is the room's: metres, y up, the floor at y = 0, its two walls at x = -3 and z = -3. The
// window is in the wall at z = -3. `uv.x` of a vertex says what it is of (see the constants, the
// same as in `kinds.rs`), `uv.y` which one.

#import bevy_sprite::mesh2d_functions as mesh

struct Room {
    clip_from_room: mat4x4<f32>,
    // The camera: its place and time in seconds; its axes, drift and flicker.
    eye: vec4<f32>,
    right: vec4<f32>,
    up: vec4<f32>,
    // Colours of the sky; stars and aurora.
    sky_top: vec4<f32>,
    sky_low: vec4<f32>,
    // Colour of the sun, and how high it stands, 0 to 1; where it shines from, and clouds.
    sun_color: vec4<f32>,
    sun_direction: vec4<f32>,
    // Light from above and rain; light from below and lightning.
    ambient_up: vec4<f32>,
    ambient_down: vec4<f32>,
    // A soft light from the viewer's side, and contrast.
    key: vec4<f32>,
    // Around the room, and saturation; further out, and width over height.
    backdrop_in: vec4<f32>,
    backdrop_out: vec4<f32>,
    lamp: vec4<f32>,
    // Fire, and how high its flames are.
    fire: vec4<f32>,
    // Place and brightness; colour and how full.
    lanterns: array<vec4<f32>, 6>,
    lantern_colors: array<vec4<f32>, 6>,
    // Where the ring is and how far it is closed; its strength, whether it is looked at, sparks
    // (0 to 1 while they fly), party.
    marker: vec4<f32>,
    effects: vec4<f32>,
}

@group(2) @binding(0) var<uniform> room: Room;

const MATTER: i32 = 0;
const LANTERN: i32 = 1;
const SKY: i32 = 2;
const SHADE: i32 = 3;
const FLAME: i32 = 4;
const GROUND: i32 = 5;
const BACKDROP: i32 = 6;
const EMBER: i32 = 7;
const WING: i32 = 8;
const LEAF: i32 = 9;

const HALO: i32 = 0;
const RING: i32 = 1;
const MOTE: i32 = 2;
const SHAFT: i32 = 3;
const SPARK: i32 = 4;

const LAMP_PLACE = vec3<f32>(-2.35, 2.05, -1.35);
const FIRE_PLACE = vec3<f32>(-2.45, 0.55, 0.6);
const WINDOW = vec4<f32>(-1.75, 1.05, 0.95, 2.85);
const KEY_DIRECTION = vec3<f32>(0.62, 0.66, 0.42);
const TAU: f32 = 6.2831853;

struct Vertex {
    @builtin(instance_index) instance: u32,
    @location(0) position: vec3<f32>,
    @location(1) normal: vec3<f32>,
    @location(2) uv: vec2<f32>,
    @location(4) color: vec4<f32>,
}

struct Point {
    @builtin(position) position: vec4<f32>,
    @location(0) place: vec3<f32>,
    @location(1) normal: vec3<f32>,
    @location(2) uv: vec2<f32>,
    @location(3) color: vec4<f32>,
    @location(4) clip: vec4<f32>,
    @location(5) local: vec3<f32>,
}

// ---- Numbers without order -------------------------------------------------------------------

fn hash(p: vec2<f32>) -> f32 {
    let q = fract(p * vec2(0.1031, 0.1137));
    let r = q + dot(q, q.yx + 31.71);
    return fract((r.x + r.y) * r.x * 7.13);
}

fn noise(p: vec2<f32>) -> f32 {
    let cell = floor(p);
    let part = fract(p);
    let soft = part * part * (3.0 - 2.0 * part);
    let low = mix(hash(cell), hash(cell + vec2(1.0, 0.0)), soft.x);
    let high = mix(hash(cell + vec2(0.0, 1.0)), hash(cell + vec2(1.0, 1.0)), soft.x);
    return mix(low, high, soft.y);
}

fn clouds(p: vec2<f32>) -> f32 {
    return 0.55 * noise(p) + 0.3 * noise(p * 2.1 + 7.3) + 0.15 * noise(p * 4.3 + 1.9);
}

// ---- Light -----------------------------------------------------------------------------------

// Sunlight comes through the window only: the way to the sun is followed back to its wall.
fn through_window(p: vec3<f32>) -> f32 {
    let s = room.sun_direction.xyz;
    let way = (-3.0 - p.z) / s.z;
    if (way < 0.0) {
        return 1.0;
    }
    let q = p + s * way;
    let soft = 0.02 + 0.035 * way;
    let inside = smoothstep(WINDOW.xy - soft, WINDOW.xy + soft, q.xy)
        * (1.0 - smoothstep(WINDOW.zw - soft, WINDOW.zw + soft, q.xy));
    let third = (WINDOW.z - WINDOW.x) / 3.0;
    let bar = abs(fract((q.x - WINDOW.x) / third + 0.5) - 0.5) * third;
    let cross_bar = abs(q.y - 2.2);
    let bars = smoothstep(0.02, 0.05 + soft, bar) * smoothstep(0.02, 0.05 + soft, cross_bar);
    return inside.x * inside.y * bars;
}

// Corners get less light from all around.
fn corners(p: vec3<f32>, n: vec3<f32>) -> f32 {
    let inside = vec3(p.x + 3.0, p.y, p.z + 3.0);
    let faces = saturate(n * 1.2);
    let dark = 0.5 * exp(-max(inside, vec3(0.0)) * vec3(1.7, 2.6, 1.7)) * (1.0 - faces);
    return (1.0 - dark.x) * (1.0 - dark.y) * (1.0 - dark.z);
}

fn point_light(p: vec3<f32>, n: vec3<f32>, source: vec3<f32>, color: vec3<f32>) -> vec3<f32> {
    let way = source - p;
    let d2 = dot(way, way);
    let facing = dot(n, way * inverseSqrt(d2 + 0.0001));
    return color * saturate(facing * 0.65 + 0.35) / (0.35 + d2);
}

fn light_at(p: vec3<f32>, n: vec3<f32>) -> vec3<f32> {
    var light = mix(room.ambient_down.rgb, room.ambient_up.rgb, n.y * 0.5 + 0.5);
    light += vec3(0.5, 0.55, 0.75) * room.ambient_down.w * (0.4 + 0.6 * saturate(n.z));
    // What comes in from the sky, near the window.
    let window = vec3(-0.4, 2.0, -2.7);
    light += point_light(p, n, window, room.sky_low.rgb * 0.9);
    light *= corners(p, n);
    let key = saturate(dot(n, KEY_DIRECTION) * 0.6 + 0.4);
    light += room.key.rgb * key * key;
    light += room.sun_color.rgb * saturate(dot(n, room.sun_direction.xyz)) * through_window(p);
    light += point_light(p, n, LAMP_PLACE, room.lamp.rgb);
    light += point_light(p, n, FIRE_PLACE, room.fire.rgb);
    for (var i = 0; i < 6; i++) {
        let lantern = room.lanterns[i];
        light += point_light(p, n, lantern.xyz, room.lantern_colors[i].rgb * lantern.w * 0.55);
    }
    return light;
}

// Bright things become white slowly (Reinhard, 2002, with a white point of 2.6), then saturation
// and contrast of the mood.
fn shown(color: vec3<f32>) -> vec3<f32> {
    let c = max(color, vec3(0.0));
    let luminance = dot(c, vec3(0.2126, 0.7152, 0.0722));
    let mapped = luminance * (1.0 + luminance / 6.8) / (1.0 + luminance);
    let scaled = c * (mapped / max(luminance, 0.0001));
    let grey = vec3(mapped);
    let tinted = mix(grey, scaled, room.backdrop_in.w);
    let result = saturate(tinted);
    let curve = result * result * (3.0 - 2.0 * result);
    return mix(result, curve, room.key.w);
}

// ---- Outside ---------------------------------------------------------------------------------

fn rain(q: vec2<f32>) -> f32 {
    var sum = 0.0;
    let hurry = 0.5 + 0.5 * room.up.w;
    for (var i = 0; i < 3; i++) {
        let layer = f32(i);
        let many = 15.0 + 8.0 * layer;
        let x = q.x * many + q.y * (0.6 + 2.4 * room.up.w) + layer * 3.7;
        let column = floor(x);
        let chance = hash(vec2(column, 3.0 + layer));
        let fall = q.y * (0.55 + 0.1 * layer) + room.right.w * (1.6 + chance) + chance * 9.0;
        let along = fract(fall);
        let streak = smoothstep(0.0, 0.04, along) * (1.0 - smoothstep(0.05, 0.28 * hurry + 0.1, along));
        let across = 1.0 - smoothstep(0.05, 0.2, abs(fract(x) - 0.5));
        sum += streak * across * step(chance, (room.ambient_up.w - 0.12) * 1.14);
    }
    return sum;
}

fn sky(q: vec2<f32>) -> vec3<f32> {
    // 0 at the horizon, 1 at the upper edge of the window.
    let high = saturate((q.y - 0.9) / 2.6);
    var color = mix(room.sky_low.rgb, room.sky_top.rgb, pow(high, 0.8));

    let star_cell = floor(q * 9.0);
    let star = hash(star_cell);
    let star_place = fract(q * 9.0) - vec2(hash(star_cell + 5.0), hash(star_cell + 11.0));
    let twinkle = 0.6 + 0.4 * sin(room.eye.w * (1.0 + 3.0 * star) + star * 40.0);
    color += room.sky_top.w * twinkle * step(0.55, star) * (0.3 + high)
        * (1.0 - smoothstep(0.0, 0.07, length(star_place))) * vec3(0.9, 0.95, 1.0);

    let wave = sin(q.x * 1.7 + room.right.w * 0.7) * 0.22 + sin(q.x * 4.1 - room.right.w) * 0.08;
    let ribbon = q.y - 2.0 - wave;
    let curtain = exp(-abs(ribbon) * select(3.0, 9.0, ribbon < 0.0))
        * (0.55 + 0.45 * noise(vec2(q.x * 7.0 + room.right.w, 0.0)));
    color += room.sky_low.w * curtain * mix(vec3(0.1, 0.9, 0.55), vec3(0.65, 0.25, 0.9), saturate(ribbon + 0.3));

    let disc = vec2(-0.75, 1.25 + 1.55 * room.sun_color.w);
    let away = distance(q, disc);
    let sun = room.sun_color.rgb * 0.6;
    color += sun * (1.0 - smoothstep(0.19, 0.22, away)) * 1.4;
    color += sun * exp(-away * 2.4) * 0.45;

    let cover = room.sun_direction.w;
    let shapes = clouds(vec2(q.x * 0.9 + room.right.w * 0.12, q.y * 1.9));
    let cloud = smoothstep(0.72 - 0.5 * cover, 0.95 - 0.35 * cover, shapes) * cover;
    let cloud_color = mix(room.sky_top.rgb, room.sky_low.rgb, 0.65) * 0.75
        + room.ambient_up.rgb * 0.35 + sun * 0.12;
    color = mix(color, cloud_color, cloud * 0.9);
    color += vec3(0.75, 0.8, 1.0) * room.ambient_down.w * (0.3 + shapes);

    // Two rows of hills.
    let far = 1.30 + 0.16 * sin(q.x * 1.3 + 0.6) + 0.06 * sin(q.x * 3.7);
    let near = 1.10 + 0.12 * sin(q.x * 1.9 + 2.6) + 0.05 * sin(q.x * 5.1 + 1.0);
    let ground = room.ambient_up.rgb * vec3(0.35, 0.55, 0.35) + room.sun_color.rgb * vec3(0.05, 0.09, 0.03);
    color = mix(color, mix(ground, room.sky_low.rgb, 0.5), 1.0 - smoothstep(far - 0.01, far + 0.01, q.y));
    color = mix(color, ground * 0.6, 1.0 - smoothstep(near - 0.01, near + 0.01, q.y));

    return color + rain(q) * (room.sky_low.rgb * 0.5 + 0.09);
}

fn backdrop(clip: vec4<f32>) -> vec3<f32> {
    let s = clip.xy / clip.w * vec2(room.backdrop_out.w, 1.0);
    let away = length((s - vec2(0.0, 0.05)) * vec2(0.62, 0.95));
    let color = mix(room.backdrop_in.rgb, room.backdrop_out.rgb, smoothstep(0.0, 1.25, away));
    // A little grain, so that the dark gradient has no steps.
    return color + (hash(clip.xy / clip.w * 913.0) - 0.5) * 0.0012;
}

// ---- Solid things ----------------------------------------------------------------------------

@vertex
fn solid_vertex(vertex: Vertex) -> Point {
    var out: Point;
    let world = mesh::get_world_from_local(vertex.instance);
    var place = (world * vec4(vertex.position, 1.0)).xyz;
    let kind = i32(vertex.uv.x + 0.5);
    if (kind == FLAME) {
        let h = vertex.position.y;
        let t = room.eye.w * (3.0 + 5.0 * room.up.w) + vertex.uv.y * 2.1;
        place.y += h * (room.fire.w - 1.0 + 0.12 * sin(t * 1.7));
        place.x += h * 0.10 * sin(t + h * 6.0);
        place.z += h * 0.22 * sin(t * 0.8 + h * 5.0 + 1.3);
    }
    out.place = place;
    out.normal = mesh::mesh2d_normal_local_to_world(vertex.normal, vertex.instance);
    out.uv = vertex.uv;
    out.color = vertex.color;
    out.local = vertex.position;
    if (kind == BACKDROP) {
        out.position = vec4(vertex.position.xy, 0.0000001, 1.0);
    } else {
        out.position = room.clip_from_room * vec4(place, 1.0);
    }
    out.clip = out.position;
    return out;
}

@fragment
fn solid_fragment(in: Point, @builtin(front_facing) front: bool) -> @location(0) vec4<f32> {
    let kind = i32(in.uv.x + 0.5);
    let slot = clamp(i32(in.uv.y + 0.5), 0, 5);
    var n = normalize(in.normal);
    let to_eye = normalize(room.eye.xyz - in.place);
    var color = vec3(0.0);
    switch kind {
        case SKY: {
            // It is seen through the window only, and not over the walls.
            let q = in.place + (room.eye.xyz - in.place) * ((-3.1 - in.place.z) / (room.eye.z - in.place.z));
            if (any(q.xy < WINDOW.xy - 0.05) || any(q.xy > WINDOW.zw + 0.05)) {
                discard;
            }
            color = sky(in.place.xy);
        }
        case LANTERN: {
            // Paper, lit from within as high as it is full; it glows where it is thin to the eye.
            let lantern = room.lanterns[slot];
            let own = room.lantern_colors[slot];
            let edge = saturate(dot(n, to_eye));
            let level = in.local.y / 0.56 + 0.5;
            let wave = 0.02 * sin(in.local.x * 18.0 + room.eye.w * 3.0);
            let filled = 1.0 - smoothstep(own.w - 0.03, own.w + 0.03, level + wave);
            let rim = exp(-pow((level + wave - own.w) * 14.0, 2.0)) * step(0.01, own.w) * step(own.w, 0.99);
            let paper = mix(in.color.rgb, own.rgb, 0.35) * light_at(in.place, n) * 0.7;
            color = paper * (1.0 - 0.6 * filled);
            color += own.rgb * (filled * (0.6 + 0.9 * edge) + rim * 1.6 + lantern.w * 0.35 * edge * edge);
        }
        case SHADE: {
            let edge = saturate(abs(dot(n, to_eye)));
            color = in.color.rgb * (light_at(in.place, n) * 0.25 + room.lamp.rgb * (0.22 + 0.4 * edge));
        }
        case FLAME: {
            let h = saturate(in.local.y / 0.55);
            let core = saturate(dot(n, to_eye));
            color = mix(vec3(2.6, 1.5, 0.45), vec3(1.9, 0.42, 0.08), h) * (0.35 + 0.9 * core)
                * (0.3 + 0.7 * saturate(room.fire.r));
        }
        case EMBER: {
            color = in.color.rgb * room.fire.rgb * 0.8 + in.color.rgb * light_at(in.place, n) * 0.5;
        }
        case GROUND: {
            let away = length(in.place.xz - vec2(-0.1, -0.1)) ;
            let shade = 0.62 * (1.0 - smoothstep(2.6, 6.2, away));
            let glow = (room.fire.rgb + room.lamp.rgb + room.key.rgb) * 0.02
                * exp(-pow(max(away - 3.6, 0.0) * 0.8, 2.0));
            let around = backdrop(in.clip);
            return vec4(shown(around * (1.0 - shade) + glow), 1.0);
        }
        case BACKDROP: {
            return vec4(shown(backdrop(in.clip)), 1.0);
        }
        case WING: {
            color = in.color.rgb * (light_at(in.place, vec3(0.0, 1.0, 0.0)) * 0.7 + 0.35);
        }
        case LEAF: {
            n = n * select(-1.0, 1.0, dot(n, to_eye) > 0.0);
            // Light shines through leaves a little.
            let through = light_at(in.place, -n) * vec3(0.5, 0.6, 0.25);
            color = in.color.rgb * (light_at(in.place, n) + through * 0.5);
        }
        default: {
            color = in.color.rgb * light_at(in.place, n);
            // A soft rim, so that shapes stand out against the dark.
            let rim = pow(1.0 - saturate(dot(n, to_eye)), 4.0);
            color += rim * 0.10 * (room.sky_low.rgb + room.key.rgb) * in.color.a;
        }
    }
    return vec4(shown(color), 1.0);
}

// ---- Glow: added to what is behind it --------------------------------------------------------

@vertex
fn glow_vertex(vertex: Vertex) -> Point {
    var out: Point;
    let kind = i32(vertex.uv.x + 0.5);
    let slot = i32(vertex.uv.y + 0.5);
    let seed = vertex.color;
    var middle = vertex.position;
    var size = vertex.normal.z;
    // What the fragment shader needs: a colour and its strength.
    var color = vec4(0.0);
    switch kind {
        case HALO: {
            if (slot < 6) {
                let lantern = room.lanterns[slot];
                middle = lantern.xyz;
                size = 0.5 + 0.55 * lantern.w;
                color = vec4(room.lantern_colors[slot].rgb, 0.55 * lantern.w);
            } else if (slot == 6) {
                middle = LAMP_PLACE;
                size = 1.3;
                color = vec4(room.lamp.rgb, 0.13);
            } else {
                middle = FIRE_PLACE;
                size = 1.1;
                color = vec4(room.fire.rgb, 0.14);
            }
        }
        case RING: {
            middle = room.marker.xyz;
            size = 0.62 + 0.04 * sin(room.eye.w * 2.2) * room.effects.x;
            color = vec4(room.lantern_colors[slot].rgb, room.effects.x);
            color = vec4(1.0, 0.93, 0.78, room.effects.x);
        }
        case MOTE: {
            // Dust by day, fireflies and confetti of light when it is lively.
            let t = room.right.w;
            let flow = vec3(sin(seed.x * 40.0) * 0.25, 0.10 + 0.25 * seed.y, cos(seed.y * 40.0) * 0.25);
            let p = fract(seed.xyz + flow * t * 0.35);
            let swirl = vec3(sin(t * 0.9 + seed.w * 20.0), sin(t * 0.7 + seed.x * 20.0), cos(t * 0.8 + seed.z * 20.0));
            middle = vec3(-2.9, 0.15, -2.9) + p * vec3(5.8, 3.3, 5.8) + swirl * (0.08 + 0.16 * room.up.w);
            let life = smoothstep(0.0, 0.15, p.y) * (1.0 - smoothstep(0.85, 1.0, p.y));
            let party = room.effects.w;
            size = (0.020 + 0.022 * seed.w) * (1.0 + 0.9 * party + 0.5 * room.up.w);
            let pulse = 0.55 + 0.45 * sin(t * (2.0 + 3.0 * seed.z) + seed.w * 30.0);
            let tint = room.lantern_colors[slot % 6].rgb;
            let warm = room.lamp.rgb * 0.5 + room.key.rgb * 0.6 + room.sun_color.rgb * 0.35;
            color = vec4(mix(warm, tint * 1.6, max(party, 0.25 * room.up.w)), life * pulse * (0.35 + 0.35 * room.up.w + 0.8 * party));
        }
        case SHAFT: {
            out.place = middle;
            out.color = vec4(room.sun_color.rgb, seed.w);
            out.uv = vertex.uv;
            out.local = vec3(seed.xy, 0.0);
            out.normal = vec3(0.0, 1.0, 0.0);
            // Slid along the light, from the window into the room.
            middle -= room.sun_direction.xyz * seed.y * 4.6;
            out.place = middle;
            out.position = room.clip_from_room * vec4(middle, 1.0);
            out.clip = out.position;
            return out;
        }
        default: {
            // Sparks fly off a lantern that was just lit.
            let age = room.effects.z;
            let out_by = 1.0 - pow(1.0 - age, 3.0);
            let direction = normalize(seed.xyz * 2.0 - 1.0 + vec3(0.0, 0.25, 0.0));
            middle = room.marker.xyz + direction * out_by * (0.5 + 0.9 * seed.w) - vec3(0.0, 0.5 * age * age, 0.0);
            size = 0.05 * (1.0 - age) + 0.012;
            let alive = step(0.001, age) * (1.0 - age);
            color = vec4(mix(vec3(1.6, 1.2, 0.7), room.lantern_colors[slot % 6].rgb * 2.0, 0.5), alive);
        }
    }
    let corner = vertex.normal.xy;
    let place = middle + (room.right.xyz * corner.x + room.up.xyz * corner.y) * size;
    out.place = place;
    out.normal = vec3(0.0, 1.0, 0.0);
    out.uv = vertex.uv;
    out.color = color;
    out.local = vec3(corner, 0.0);
    out.position = room.clip_from_room * vec4(place, 1.0);
    if (kind == RING) {
        // In front of everything: it is a sign, not a thing.
        out.position.z = out.position.w * 0.999;
    }
    out.clip = out.position;
    return out;
}

@fragment
fn glow_fragment(in: Point) -> @location(0) vec4<f32> {
    let kind = i32(in.uv.x + 0.5);
    let away = length(in.local.xy);
    var strength = 0.0;
    switch kind {
        case HALO: {
            let soft = saturate(1.0 - away);
            strength = soft * soft * soft;
        }
        case RING: {
            let line = 1.0 - smoothstep(0.020, 0.050, abs(away - 0.86));
            let thin = 1.0 - smoothstep(0.008, 0.026, abs(away - 0.86));
            let turn = fract(atan2(in.local.x, in.local.y) / TAU + 1.0);
            let done = step(turn, room.marker.w);
            let dashes = smoothstep(0.35, 0.45, abs(fract(turn * 24.0 + room.eye.w * 0.1) - 0.5) * 2.0);
            strength = line * done + thin * (1.0 - done) * mix(dashes * 0.35, 0.55, room.effects.y);
        }
        case SHAFT: {
            let across = smoothstep(0.0, 0.3, in.local.x) * (1.0 - smoothstep(0.7, 1.0, in.local.x));
            let along = (1.0 - in.local.y) * (1.0 - in.local.y);
            let dust = 0.7 + 0.3 * noise(in.place.xy * 3.0 + room.right.w * 0.2);
            strength = across * along * dust * 0.085;
        }
        default: {
            strength = 1.0 - smoothstep(0.0, 1.0, away);
        }
    }
    let bright = in.color.rgb * in.color.w * strength;
    return vec4(bright, 0.0);
}
