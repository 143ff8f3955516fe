//! A text as a QR code.

use qrcode::{EcLevel, QrCode, render::svg};

/// The minimum side length of the image, in pixels. It scales.
const SIDE: u32 = 240;

/// The text as an SVG image, black on white, with the quiet zone that cameras need. Empty if the text doesn't fit into a QR code
/// (more than 2,331 bytes); no link is that long.
pub fn svg(text: &str) -> String {
    let Ok(code) = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M) else { return String::new() };
    code.render::<svg::Color<'_>>().min_dimensions(SIDE, SIDE).build()
}

#[cfg(test)]
mod tests {
    use rqrr::PreparedImage;

    use super::*;

    const LINK: &str = "https://connect.catenatelematics.com/?invite=019caf10-331c-7fc1-b466-44073a4d3b3b";

    /// The value of an attribute of the picture itself.
    fn side(svg: &str) -> usize {
        svg.split("width=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().parse().unwrap()
    }

    /// Paints the squares that the path is made of.
    fn painted(svg: &str) -> Vec<Vec<bool>> {
        let mut dark = vec![vec![false; side(svg)]; side(svg)];
        let path = svg.rsplit(" d=\"").next().and_then(|rest| rest.split('"').next()).unwrap();
        for square in path.split('M').skip(1) {
            let numbers: Vec<usize> =
                square.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect();
            let [x, y, width, height, ..] = numbers[..] else { panic!("{square}") };
            for row in &mut dark[y..y + height] {
                row[x..x + width].fill(true);
            }
        }
        dark
    }

    #[test]
    fn a_camera_reads_the_link_out_of_it() {
        let dark = painted(&svg(LINK));
        let side = dark.len();
        let mut image = PreparedImage::prepare_from_greyscale(side, side, |x, y| if dark[y][x] { 0 } else { 255 });
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1);
        assert_eq!(grids[0].decode().unwrap().1, LINK);
    }

    #[test]
    fn it_needs_neither_scripts_nor_styles() {
        let svg = svg(LINK);
        assert!(!svg.contains("style") && !svg.contains("<script") && !svg.contains("href"), "{svg}");
    }
}
